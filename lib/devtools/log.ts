/**
 * The log of an instance: its actions in their order, each with the state after it. The last one is held for a moment,
 * until the next, or until all that happens at once has happened.
 */
import { asapScheduler, type Subscription } from 'rxjs';
import type { CommandAction, DevtoolsAction } from './actions.js';
import type { DevtoolsInstance } from './extension.js';
import type { Show } from './redaction.js';
import type { Inspectable } from './sources.js';
import type { History } from './travel.js';

/** What stands in the place of a state that has no view, or none that is to be shown. */
const HIDDEN = '[no view]';

/** @internal */
export interface Log {
  /** The views when the log was made. */
  readonly first: readonly unknown[];
  /** Begins anew, with the present state. */
  readonly begin: () => void;
  /** A state was committed in a store. */
  readonly committed: (index: number, view: unknown, type: string) => void;
  /** An action that may still be told how its command ends. */
  readonly hold: (index: number, id: number, action: CommandAction) => void;
  /** Takes back what is held of a command. */
  readonly take: (index: number, id: number) => CommandAction | undefined;
  readonly append: (action: DevtoolsAction) => void;
  readonly pause: (status: boolean) => void;
  /** Shows what is held, and nothing more by itself. */
  readonly stop: () => void;
}

/** @internal */
export function logOf(instance: DevtoolsInstance, stores: readonly Inspectable[], history: History, show: Show, names: readonly string[] | undefined): Log {
  const views = stores.map(viewOf);
  const seen: unknown[] = [];
  const see = (index: number, type: string) => {
    const store = names?.[index] ?? stores[index]?.name ?? '';
    const view = views[index];
    // `sanitize` may give nothing; the monitor takes only what has a text.
    const shown = view === undefined ? view : show(view, { store, type, part: 'state' });
    seen[index] = shown === undefined ? HIDDEN : shown;
  };
  views.forEach((_, index) => see(index, ''));
  /** The stores as they are now, and as they're shown: one by its view, several by their names. */
  const moment = () => ({ views: [...views], shown: names ? Object.fromEntries(names.map((name, index) => [name, seen[index]])) : seen[0] });

  let paused = false;
  let held: { readonly index: number; readonly id: number; readonly action: CommandAction; readonly at: ReturnType<typeof moment> } | undefined;
  let task: Subscription | undefined;
  const send = (action: DevtoolsAction, at: ReturnType<typeof moment>) => {
    if (paused) return;
    history.add(at);
    instance.send(action, at.shown);
  };
  const flush = () => {
    const last = held;
    held = undefined;
    if (last) send(last.action, last.at);
  };

  return {
    first: [...views],
    begin: () => {
      held = undefined;
      const at = moment();
      history.begin(at);
      instance.init(at.shown);
    },
    committed: (index, view, type) => {
      flush();
      views[index] = view;
      see(index, type);
    },
    hold: (index, id, action) => {
      flush();
      held = { index, id, action, at: moment() };
      task ??= asapScheduler.schedule(() => {
        task = undefined;
        flush();
      });
    },
    take: (index, id) => {
      if (held?.index !== index || held.id !== id) return undefined;
      const { action } = held;
      held = undefined;
      return action;
    },
    append: (action) => {
      flush();
      send(action, moment());
    },
    pause: (status) => {
      flush();
      paused = status;
    },
    stop: () => {
      flush();
      task?.unsubscribe();
    },
  };
}

/** The present view, `undefined` where there's none. */
function viewOf(store: Inspectable): unknown {
  try {
    return store.snapshot();
  } catch {
    return undefined;
  }
}
