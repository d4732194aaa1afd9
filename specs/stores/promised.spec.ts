/** A change that gives a promise instead of a value, in the stores whose values are changed by a function. */
import { createKeyValue, createSessions } from 'ownstate/stores';
import { describe, expect, it, onTestFinished } from 'vitest';

describe('a change whose promise rejects', () => {
  it.each([
    ['key-value', async () => {
      const store = createKeyValue();
      return store.ask.update({ key: 'a', with: () => Promise.reject(new Error('late')) });
    }, 'the next value'],
    ['sessions', async () => {
      const sessions = createSessions();
      const { id } = await sessions.ask.create({ data: 1 });
      return sessions.ask.update({ id, with: () => Promise.reject(new Error('late')) });
    }, 'the new data'],
  ] as const)('is refused by %s, and brings no process down', async (_store, change, what) => {
    const unhandled: unknown[] = [];
    const listen = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', listen);
    onTestFinished(() => void process.off('unhandledRejection', listen));
    await expect(change()).rejects.toThrow(`Expected \`with\` to be a function that gives ${what} at once, got [object Promise]`);
    // A task later Node has said so, if it had to.
    await new Promise((resolve) => setImmediate(resolve));
    expect(unhandled).toEqual([]);
  });
});
