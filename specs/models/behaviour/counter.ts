/** What each library is asked to be: a counter, written in the form in which its users would write it. */

/** A counter of one library. It begins at 0. */
export interface Counter {
  /** Tells an observer each count from now on, by the library's own way to observe. */
  readonly watch: (observer: (count: number) => void) => void;
  /** The count at present. */
  readonly count: () => number;
  /** Adds one, and gives what the library gives to whoever updates. */
  readonly increment: () => unknown;
  /** An update that throws `tooMuch()`. */
  readonly fail: () => unknown;
  /** Reads the count, waits for the server, writes the sum of both. */
  readonly readThenWait: () => unknown;
  /** The same, by the remedy that users of the library know. */
  readonly remedied: () => unknown;
  /** Adds one, and while that update runs, sends another that adds ten. */
  readonly nested: () => unknown;
  /** Adds one, then ten, written as the library's guide would have it. */
  readonly inTurn: () => unknown;
}

/** What every counter waits for between its reading and its writing. */
export const serverSays = async (by: number): Promise<number> => by;

/** What a failing update throws. */
export const tooMuch = (): RangeError => new RangeError('too much');

/** The observer from its second call on, for libraries that first show what's there. */
export function fromSecond(observer: (count: number) => void): (count: number) => void {
  let called = false;
  return (count) => {
    if (called) observer(count);
    called = true;
  };
}
