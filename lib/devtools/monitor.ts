/**
 * What the monitor's buttons do, as messages of the extension:
 *
 * ```
 *   DISPATCH   JUMP_TO_STATE, JUMP_TO_ACTION, ROLLBACK, RESET, IMPORT_STATE   put states back
 *              COMMIT                                                        begins the log anew with the present state
 *              PAUSE_RECORDING                                               shows nothing for a while
 *   ACTION     a command that was typed in, or picked from the list          is sent
 * ```
 */
import type { DevtoolsInstance } from './extension.js';
import type { Log } from './log.js';
import type { Inspectable } from './sources.js';
import { expectWhole, momentsOf, travelTo, type History, type Moment, type StateOfView } from './travel.js';

/** What the messages are about. @internal */
export interface MonitorTarget {
  readonly instance: DevtoolsInstance;
  readonly history: History;
  readonly log: Log;
  readonly stores: readonly Inspectable[];
  /** What stands before the types of each store's commands. */
  readonly prefixes: readonly string[];
  /** Whether states may be put back, and how they're made of views. */
  readonly travel: boolean | StateOfView;
  /** The names by which the state that is shown is split; none where it's the state of the only store. */
  readonly names: readonly string[] | undefined;
  /** Payloads of commands that aren't shown. */
  readonly own: WeakSet<object>;
}

/** A message, as it may look. */
interface Incoming {
  readonly type?: unknown;
  readonly payload?: unknown;
  readonly state?: unknown;
}

/** A button of the monitor, as it may look. */
interface Pressed {
  readonly type?: unknown;
  readonly actionId?: number;
  readonly index?: number;
  readonly status?: unknown;
  readonly nextLiftedState?: unknown;
}

/** @internal */
export function answersTo(target: MonitorTarget): (message: unknown) => void {
  const { instance, history, log, stores, prefixes, names, travel, own } = target;
  const report = (error: unknown) => instance.error(error instanceof Error ? error.message : String(error));

  const attempt = (act: () => void) => {
    try {
      act();
    } catch (error) {
      report(error);
    }
  };

  /** The views of the stores in a state as it's shown. @throws TypeError where one is missing */
  const split = (state: unknown): readonly unknown[] => names === undefined ? [state] : names.map((name) => {
    if (!Object.hasOwn(Object(state) as object, name)) throw new TypeError(`Expected a state with ${names.join(', ')}, got none of ${name}`);
    return (state as Record<string, unknown>)[name];
  });

  /** Puts views back, and then goes on. */
  const putBack = (views: readonly unknown[], then: () => void = () => undefined) => {
    if (travel === false) throw new TypeError('Expected stores with the command `replace` (replaceable of ownstate/app), got one without: nothing can be put back');
    travelTo(views, stores, travel === true ? (view) => view : travel, (payload) => own.add(payload)).subscribe({ error: report, complete: () => attempt(then) });
  };

  const back = (text: unknown, { actionId, index }: Pressed, then?: () => void) => {
    const moment = typeof text === 'string' ? history.find(text, actionId, index) : undefined;
    if (moment === undefined) throw new TypeError('Expected a state that was shown and is still kept, got another one');
    expectWhole(moment);
    putBack(moment.views, then);
  };

  const press = (pressed: Pressed, state: unknown) => {
    const { type, status, nextLiftedState } = pressed;
    switch (type) {
      case 'JUMP_TO_STATE':
      case 'JUMP_TO_ACTION': return back(state, pressed);
      case 'ROLLBACK': return back(state, { index: 0 }, log.begin);
      case 'RESET': return putBack(log.first, log.begin);
      case 'COMMIT': return log.begin();
      case 'PAUSE_RECORDING': return log.pause(status === true);
      case 'IMPORT_STATE': {
        const { moments, at } = momentsOf(nextLiftedState, split);
        // A cast: a log has at least one.
        const moment = moments[at] as Moment;
        expectWhole(moment);
        return putBack(moment.views, () => {
          history.load(moments);
          instance.send(null, nextLiftedState);
        });
      }
      case 'TOGGLE_ACTION':
      case 'REORDER_ACTION':
      case 'LOCK_CHANGES': throw new TypeError(`Expected what a store of ownstate can do, got ${type}`);
    }
  };

  const dispatch = (payload: unknown) => {
    const { type, payload: content } = commandOf(payload);
    // `shop/cart/add` is meant for the store `shop/cart`, if there is one beside `shop`.
    const prefix = prefixes.filter((one) => typeof type === 'string' && type.startsWith(one)).reduce((a, b) => a.length > b.length ? a : b, '');
    const i = prefixes.indexOf(prefix);
    const store = stores[i];
    if (store === undefined || typeof type !== 'string') throw new TypeError(`Expected a type such as '${prefixes[0] ?? ''}add', got ${String(type)}`);
    // A cast: the store itself refuses what it doesn't know.
    store.send({ type: type.slice(prefix.length), payload: content } as never).subscribe({ error: report });
  };

  return (message) => {
    const { type, payload, state } = Object(message) as Incoming;
    attempt(() => {
      if (type === 'DISPATCH') press(Object(payload) as Pressed, state);
      else if (type === 'ACTION') dispatch(payload);
    });
  };
}

/** A command from the dispatcher: text, or the name of one from its list with its arguments as text. @throws TypeError */
function commandOf(payload: unknown): { readonly type?: unknown; readonly payload?: unknown } {
  if (typeof payload === 'string') return Object(json(payload)) as { type?: unknown; payload?: unknown };
  const { name, args } = Object(payload) as { readonly name?: unknown; readonly args?: readonly unknown[] };
  const text = args?.[0];
  return { type: name, payload: typeof text === 'string' && text !== '' ? json(text) : undefined };
}

/** @throws TypeError for what is no JSON */
function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new TypeError(`Expected JSON such as { "type": "add", "payload": 5 }, got ${text}`, { cause });
  }
}
