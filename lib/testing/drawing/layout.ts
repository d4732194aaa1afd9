/** Where the bars of a drawn history stand, in columns of one character each. */
import type { History, Operation } from '../operation.js';
import { cut, show, visible } from '../show.js';

/** One operation. @internal */
export interface Bar {
  /** First and last column. */
  readonly from: number;
  readonly to: number;
  readonly label: string;
  /** `culprit`: what can't be explained. `open`: it may have happened later still. `never`: it didn't happen. */
  readonly kind: 'plain' | 'culprit' | 'open' | 'never';
}

/** A history, ready to be drawn. @internal */
export interface Drawing {
  /** Rows from top to bottom; a client's further ones have no name. */
  readonly rows: readonly { readonly client: string; readonly bars: readonly Bar[] }[];
  /** Times, in milliseconds, by the columns at which they stand. */
  readonly times: readonly { readonly at: number; readonly text: string }[];
  readonly width: number;
  /** How many operations are left out. */
  readonly left: number;
}

/** The longest label; what is longer is cut. */
const LONGEST = 48;

/** @internal */
export function layOut({ operations, culprit }: History & { readonly culprit?: Operation }, most: number): Drawing {
  const left = Math.max(0, operations.length - most);
  const last = new Set([...operations].sort((a, b) => endOf(a) - endOf(b)).slice(left));
  const drawn = operations.filter((operation) => last.has(operation)).sort((a, b) => a.began - b.began);
  const labels = new Map(drawn.map((operation) => [operation, labelOf(operation)]));
  const { begins, ends, times, width } = columns(drawn, labels);
  const clients = [...new Set(drawn.map(({ client }) => client))];
  const rows = clients.flatMap((client) => {
    const lanes: Bar[][] = [];
    for (const operation of drawn) {
      if (operation.client !== client) continue;
      const from = begins.get(operation) ?? 0;
      const isOpen = operation.outcome === 'unknown';
      const bar: Bar = {
        from,
        to: isOpen ? width : ends.get(operation) ?? width,
        label: labels.get(operation) ?? '',
        kind: operation === culprit ? 'culprit' : isOpen ? 'open' : operation.outcome === 'never' ? 'never' : 'plain',
      };
      const lane = lanes.find((bars) => (bars[bars.length - 1]?.to ?? -1) < from);
      if (lane) lane.push(bar);
      else lanes.push([bar]);
    }
    return lanes.map((bars, i) => ({ client: i === 0 ? client : '', bars }));
  });
  return { rows, times, width, left };
}

/** Columns of begins and ends, in their order, as far apart as the labels need. */
function columns(operations: readonly Operation[], labels: ReadonlyMap<Operation, string>) {
  const events = operations.flatMap((operation) => [
    { operation, isEnd: false, place: operation.began, time: operation.beganAt },
    ...operation.ended === undefined ? [] : [{ operation, isEnd: true, place: operation.ended, time: operation.endedAt }],
  ]).sort((a, b) => a.place - b.place || Number(a.isEnd) - Number(b.isEnd));
  const begins = new Map<Operation, number>();
  const ends = new Map<Operation, number>();
  const times: { at: number; text: string }[] = [];
  const room = (operation: Operation) => (begins.get(operation) ?? 0) + (labels.get(operation)?.length ?? 0) + 3;
  let column = -1;
  let said = -1;
  let last: number | undefined;
  for (const { operation, isEnd, time } of events) {
    column += 1;
    if (isEnd) column = Math.max(column, room(operation));
    const isNew = time !== undefined && time !== last;
    // With a space between it and the time before.
    if (isNew) column = Math.max(column, said + 1);
    (isEnd ? ends : begins).set(operation, column);
    if (!isNew) continue;
    last = time;
    const text = String(Math.round(time * 1000) / 1000);
    times.push({ at: column, text });
    said = column + text.length;
  }
  const open = operations.filter(({ ended, outcome }) => ended === undefined || outcome === 'unknown');
  return { begins, ends, times, width: open.reduce((width, operation) => Math.max(width, room(operation)), column + 2) };
}

/** What may still happen ends last. */
function endOf({ outcome, ended = Infinity }: Operation): number {
  return outcome === 'unknown' ? Number.MAX_VALUE : Math.min(ended, Number.MAX_VALUE);
}

/** An operation and its answer in a few words. */
function labelOf(operation: Operation): string {
  const { type, payload } = operation;
  return cut(`${visible(type)}${payload === undefined ? '' : ` ${show(payload)}`}${answerOf(operation)}`, LONGEST);
}

function answerOf(operation: Operation): string {
  switch (operation.outcome) {
    case 'replied': return operation.reply === undefined ? '' : ` → ${show(operation.reply)}`;
    case 'failed': return ` fails: ${show(operation.error)}`;
    case 'unknown': return ` → ?${reason(operation.error)}`;
    case 'never': return ` never happened${reason(operation.error)}`;
  }
}

function reason(error: unknown): string {
  return error === undefined ? '' : ` (${error instanceof Error ? visible(error.name) : show(error)})`;
}
