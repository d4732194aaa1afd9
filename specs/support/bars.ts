/** Histories drawn by hand, one row for each client. A column is a place in the order of begins and ends. */
import type { History, Operation } from 'ownstate/testing';

/**
 * ```
 *   ann [set 1  ]     [get >2]       a begin, type, payload, reply and end; values are JSON
 *   bob   [set 2   ?                 given up: unknown       [fail !  failed, with a RangeError 'no'
 *   cyd      [set 3 x                never happened          [set 1 …  still unanswered
 * ```
 * @throws Error for what is no such row
 */
export function bars(diagram: string): History {
  const operations = diagram.split('\n').filter((row) => row.trim() !== '').flatMap((row) => {
    const client = /^\s*(\w+)/.exec(row)?.[1];
    if (client === undefined) throw new Error(`Expected a client at the begin of '${row}'`);
    const found = [...row.matchAll(/\[(\w+) ?("\w+"|\[[^\]]*\]|-?\d+)? *(?:>(\w+))? *([\]?!x…])/g)];
    if (found.length !== row.split(/\[(?=\w)/).length - 1) throw new Error(`Expected operations in '${row}'`);
    return found.map((match) => operationOf(client, match));
  });
  return { operations };
}

function operationOf(client: string, { index, 0: text, 1: type, 2: payload, 3: answer, 4: end }: RegExpExecArray): Operation {
  const message = { client, type: type!, payload: payload === undefined ? undefined : JSON.parse(payload) as unknown, began: index };
  const ended = index + text.length - 1;
  switch (end) {
    case ']': return { ...message, ended, outcome: 'replied', reply: answer === undefined ? undefined : JSON.parse(answer) as unknown };
    case '!': return { ...message, ended, outcome: 'failed', error: new RangeError('no') };
    case '?': return { ...message, ended, outcome: 'unknown' };
    case 'x': return { ...message, ended, outcome: 'never' };
    default: return { ...message, outcome: 'unknown' };
  }
}
