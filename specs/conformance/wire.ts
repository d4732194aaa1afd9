/**
 * A carrier that is right and still far away: what is sent, and each answer, is on its way for a moment. It shows that
 * the suite asks no more of a carrier than it can do.
 */
import type { Reply } from 'ownstate';
import { concatMap, ReplaySubject, take } from 'rxjs';
import type { Carrier } from './carrier.js';
import { asks, asReply, carrier, changed, each, make, type Create, type Made, type Send } from './wrong/wrap.js';

/** Everything that is sent goes over one wire, in order. */
const send: Create = (definition, options) => {
  const store = make(definition, options);
  const { next } = store.commands$;
  const shutdown = store.shutdown.bind(store);
  Object.assign(store.commands$, { next: (message: never) => void post(() => next(message)) });
  changed(store, (client) => {
    const message = client.send.bind(client);
    const send = (given: never) => answered(() => message(given));
    return {
      ...asks(client, answered),
      tell: each(client.tell, (tell: Send) => (payload: unknown) => void post(() => tell(payload))) as Made['tell'],
      // A cast: nothing is known of the messages here.
      send: send as Made['send'],
    };
  });
  return Object.defineProperty(store, 'shutdown', { value: (how?: object) => post(() => shutdown(how)) });
};

/** Does something at the other end, after what was sent before. */
async function post<T>(work: () => T): Promise<Awaited<T>> {
  await Promise.resolve();
  return await work();
}

/** A reply from the other end. It's looked at there if it's looked at here. */
function answered(ask: () => Reply<unknown>): Reply<unknown> {
  const there = new ReplaySubject<Reply<unknown>>(1);
  void post(() => there.next(ask()));
  return asReply(there.pipe(take(1), concatMap((reply) => reply)));
}

export const wire: Carrier = {
  ...carrier('a wire', send),
  lacks: { 'at once': 'a message is on its way', 'one process': 'a store does not know who waits at the other end' },
};
