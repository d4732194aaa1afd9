/** Faults in what callers see of a store: its asks and tells, its streams, its end. */
import { AskTimeoutError } from 'ownstate';
import {
  AsyncSubject, catchError, concat, concatMap, defer, from, map, NEVER, noop, Observable, raceWith, switchMap, throwError, timer,
  type Observer,
} from 'rxjs';
import { asks, asReply, changed, each, make, type Create, type Made, type Send } from './wrap.js';

/** Tells are sent a moment later, and overtaken by what is asked. */
export const overtaking: Create = (definition, options) => changed(make(definition, options), ({ tell }) => ({
  tell: each(tell, (send: Send) => (payload: unknown) => queueMicrotask(() => send(payload))) as Made['tell'],
}));

/** Counts each command twice. */
export const miscounting: Create = (definition, options) => changed(make(definition, options), ({ trace$ }) => ({
  trace$: trace$.pipe(map((event) => ({ ...event, seq: event.seq * 2 }))),
}));

/** Shows each state twice. */
export const stuttering: Create = (definition, options) => changed(make(definition, options), (client) => {
  const select = client.select.bind(client);
  return { select: ((...how: []) => select(...how).pipe(concatMap((view) => [view, view]))) };
});

/** Forgets each third reply. */
export const losing: Create = (definition, options) => {
  let asked = 0;
  return changed(make(definition, options), (client) => asks(client, (ask) => {
    const reply = ask();
    if (++asked % 3 > 0) return reply;
    reply.subscribe({ error: noop });
    return NEVER;
  }));
};

/** Gives each reply twice. */
export const repeating: Create = (definition, options) => changed(make(definition, options), (client) => asks(client, (ask) => {
  const reply = ask();
  return concat(reply, reply);
}));

/** Sends an ask when somebody watches its reply, and again for the next one. */
export const cold: Create = (definition, options) => changed(make(definition, options), (client) => asks(client, (ask) => defer(ask)));

/** Says of each failure only that it is one. */
export const vague: Create = (definition, options) => changed(make(definition, options), (client) => {
  const send = client.send.bind(client);
  const failing = (reply: Observable<unknown>) => reply.pipe(catchError(() => throwError(() => new Error('failed'))));
  return { ...asks(client, (ask) => failing(ask())), send: ((message: never) => asReply(failing(send(message)))) as Made['send'] };
});

/** Swallows what fails. */
export const silent: Create = (definition, options) => {
  const store = make(definition, options);
  store.errors$.subscribe();
  return changed(store, () => ({ errors$: NEVER }));
};

/** Swallows what observers throw. */
export const soothing: Create = (definition, options) => changed(make(definition, options), (client) => {
  const select = client.select.bind(client);
  const quietly = (observer?: Partial<Observer<unknown>> | ((view: unknown) => void)): Observer<unknown> => {
    const { next = noop, error = noop, complete = noop } = typeof observer === 'function' ? { next: observer } : observer ?? {};
    return { error, complete, next: (view: unknown) => {
      try {
        next(view);
      } catch {
        // Nobody gets to know.
      }
    } };
  };
  return { select: ((...how: []) => {
    const source = select(...how);
    return Object.assign(new Observable<unknown>(), { subscribe: (observer: never) => source.subscribe(quietly(observer)) });
  }) };
});

/** An asker who gives up is told so, and nobody else. */
export const stubborn: Create = (definition, options) => {
  const store = make(definition, options);
  const limited = store.with.bind(store);
  return Object.defineProperty(store, 'with', {
    value: ({ timeout = Infinity }) => changed(limited({ timeout: Infinity }) as Made, (client) => asks(client, (ask, type) => {
      const error = new AskTimeoutError({ store: store.name, type, started: true }, timeout);
      const due = timeout === Infinity ? NEVER : timer(timeout, options.scheduler).pipe(switchMap(() => throwError(() => error)));
      const reply = new AsyncSubject<unknown>();
      from(ask()).pipe(raceWith(due)).subscribe(reply);
      return reply;
    })),
  });
};

/** Aborts where it should drain. */
export const abrupt: Create = (definition, options) => {
  const abort = new AbortController();
  options.signal?.addEventListener('abort', () => abort.abort());
  const store = make(definition, { ...options, signal: abort.signal });
  return Object.defineProperty(store, 'shutdown', { value: () => {
    abort.abort();
    return store.closed;
  } });
};

/** Never says that it has closed. */
export const hanging: Create = (definition, options) => {
  const store = make(definition, options);
  const shutdown = store.shutdown.bind(store);
  return Object.defineProperty(store, 'shutdown', { value: (how: object) => {
    shutdown(how).catch(noop);
    return new Promise(noop);
  } });
};

/** Takes what every object has for a command. */
export const inheriting: Create = (definition, options) => changed(make(definition, options), (client) => {
  const send = client.send.bind(client);
  const known = ({ type }: { type: string }) => type in definition.commands && !Object.hasOwn(definition.commands, type);
  return { send: ((message: { type: string }) => known(message) ? asReply(from([undefined])) : send(message as never)) as Made['send'] };
});
