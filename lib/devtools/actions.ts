/**
 * What the extension shows of a store, made of its trace: an action for each commit, which carries the reply if that
 * follows at once, and one more for what comes later.
 *
 * ```
 *   trace     state ─ settled                 state ─ ┈┈┈┈┈ ─ state ─ settled          settled (failed)
 *   actions   add { payload, meta.reply }     search   …      search ✓                 withdraw ✗
 * ```
 */
import type { TraceEvent } from '../index.js';
import type { Show } from './redaction.js';

/** What `connectDevtools` tells of an action's command. Values are plain data, redacted. */
export interface ActionMeta {
  /** Name of the store; where several have the same, the second is `counter 2`. */
  readonly store: string;
  /** Number of the command within its store, in the order of sending. */
  readonly id: number;
  /** Number in the order of handling, of the command or of its effect's result; none for one whose handler never began. */
  readonly seq?: number;
  /** 1 for the first action of this command, 2 for the next; again from 1 for what comes after its end, such as its asker's timeout. */
  readonly step: number;
  /** Type of the command. */
  readonly command: string;
  /**
   * How it was sent, `'own'` by the store itself: by `context.tell`, a tick or a timer. None where that was before the
   * connection, and for what comes after the command's end.
   */
  readonly form?: 'ask' | 'query' | 'tell' | 'own';
  /** When it was sent, in its first action. */
  readonly sent?: number;
  /** When this happened, in milliseconds of the store's scheduler. */
  readonly time: number;
  /** How it ended, in the last action of the command. */
  readonly outcome?: 'replied' | 'failed' | 'withdrawn' | 'dropped';
  /** What it was answered with. */
  readonly reply?: unknown;
  /** What it failed with. */
  readonly error?: unknown;
  /** What it announced since the action before. */
  readonly events?: readonly unknown[];
  /** Milliseconds in the mailbox. */
  readonly waited?: number;
  /** Milliseconds from the begin of its handler to the answer. */
  readonly ran?: number;
}

/** An action in the DevTools: `add`, `cart/add` of one store among several, `add …`, `add ✓` and `add ✗`, `(draining)`. */
export interface DevtoolsAction {
  /** What the monitor lists: the command, after the store's name where several are shown, and a sign. */
  readonly type: string;
  /** The command's payload, in its first action. */
  readonly payload?: unknown;
  /** About the command; none for a phase. */
  readonly meta?: ActionMeta;
}

/** An action of a command. @internal */
export type CommandAction = DevtoolsAction & { readonly meta: ActionMeta };

/** What is shown, and to whom. @internal */
export interface ActionPlan {
  /** Name of the store. */
  readonly store: string;
  /** Stands before each type: `cart/`. */
  readonly prefix: string;
  readonly queries: boolean;
  readonly ignore: readonly string[];
  readonly show: Show;
  /** Whether a command is the connection's own, by its payload. */
  readonly own: (payload: unknown) => boolean;
  /** A state was committed, by whatever command. */
  readonly committed: (view: unknown, type: string) => void;
  /** Holds an action of a command for a moment, since it may turn out at once how the command ends. */
  readonly hold: (id: number, action: CommandAction) => void;
  /** Takes back what is held of a command, if it's still held. */
  readonly take: (id: number) => CommandAction | undefined;
  /** Shows an action. */
  readonly append: (action: DevtoolsAction) => void;
}

/** A command that is on its way. */
interface Pending {
  readonly form?: ActionMeta['form'];
  readonly sent?: number;
  readonly payload?: unknown;
  readonly hidden: boolean;
  seq?: number;
  step: number;
  events: unknown[];
}

/** What takes the trace events of one store. @internal */
export function actionsOf(plan: ActionPlan): (event: TraceEvent) => void {
  const { store, prefix, show } = plan;
  const commands = new Map<number, Pending>();

  /** One that has been settled before, or came before anybody watched, isn't kept: nothing may tell that it has ended. */
  const pending = ({ id, type }: TraceEvent): Pending => commands.get(id) ?? { hidden: plan.ignore.includes(type), step: 0, events: [] };

  /** The next action of a command. */
  const action = (event: TraceEvent, command: Pending, sign: string, end: Partial<ActionMeta> = {}): CommandAction => {
    const { id, type, time } = event;
    const { form, sent, payload, seq, events } = command;
    const step = ++command.step;
    command.events = [];
    return {
      type: `${prefix}${type}${sign}`,
      ...(step === 1 && payload !== undefined && { payload }),
      meta: {
        store, id, ...(seq !== undefined && { seq }), step, command: type, ...(form && { form }),
        ...(step === 1 && sent !== undefined && { sent }), time,
        ...(events.length > 0 && { events }), ...end,
      },
    };
  };

  const settle = (event: TraceEvent & { kind: 'settled' | 'dropped' }): void => {
    const { id, type } = event;
    const command = pending(event);
    commands.delete(id);
    if (command.hidden || (command.form === 'query' && !plan.queries)) return;
    const outcome = event.kind === 'dropped' ? 'dropped' : event.outcome;
    const { value, waited, ran }: { readonly value?: unknown; readonly waited?: number | undefined; readonly ran?: number | undefined } =
      event.kind === 'settled' ? event : {};
    if (ran !== undefined) command.seq ??= event.seq;
    const end: Partial<ActionMeta> = {
      outcome,
      ...(value !== undefined && { reply: show(value, { store, type, part: 'reply' }) }),
      ...(event.error !== undefined && { error: show(event.error, { store, type, part: 'error' }) }),
      ...(waited !== undefined && { waited }),
      ...(ran !== undefined && { ran }),
    };
    const held = plan.take(id);
    if (held === undefined) {
      return plan.append(action(event, command, outcome !== 'replied' ? ' ✗' : command.form && command.step === 0 ? '' : ' ✓', end));
    }
    const { meta } = held;
    const events = [...meta.events ?? [], ...command.events];
    const sign = outcome === 'failed' ? ' ✗' : command.form && meta.step === 1 ? '' : ' ✓';
    plan.append({ ...held, type: `${prefix}${type}${sign}`, meta: { ...meta, ...(events.length > 0 && { events }), ...end } });
  };

  return (event) => {
    const { id, type } = event;
    switch (event.kind) {
      case 'received': {
        const { form, payload, time: sent } = event;
        const hidden = plan.own(payload) || plan.ignore.includes(type);
        commands.set(id, {
          form, sent, payload: hidden ? undefined : show(payload, { store, type, part: 'payload' }), hidden, step: 0, events: [],
        });
        break;
      }
      case 'started': {
        const command = commands.get(id);
        if (command) command.seq = event.seq;
        break;
      }
      case 'state': {
        const command = pending(event);
        command.seq ??= event.seq;
        plan.committed(event.view, type);
        if (!command.hidden) plan.hold(id, action(event, command, command.form && command.step === 0 ? '' : ' …'));
        break;
      }
      case 'event': {
        const command = pending(event);
        if (command.hidden) break;
        command.events.push(show(event.event, { store, type, part: 'event' }));
        if (commands.has(id)) break;
        // No action will come that could take it along.
        const { meta, ...held } = plan.take(id) ?? action(event, { ...command, events: [] }, ' …');
        plan.hold(id, { ...held, meta: { ...meta, events: [...meta.events ?? [], ...command.events] } });
        break;
      }
      case 'settled':
      case 'dropped':
        settle(event);
        break;
      case 'phase':
        plan.append({ type: `${prefix}(${event.phase})` });
        break;
    }
  };
}
