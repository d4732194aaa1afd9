/** Wishes that are shown before the server has them. Its own state is larger than what it shows, and travels nonetheless. */
import { HttpClient } from '@angular/common/http';
import { inject } from '@angular/core';
import { attempt, optimistic } from 'ownstate/app';
import { storeToken } from 'ownstate/angular';

export const Wishes = storeToken((came: readonly string[] = []) => {
  const http = inject(HttpClient);
  return optimistic({
    name: 'wishes',
    state: came,
    commands: {
      add: (wishes, wish: string) => attempt([...wishes, wish], { run: () => http.post('/api/wishes', { wish }) }),
    },
  });
}, { transfer: { key: 'wishes', restore: 'leave' } });
