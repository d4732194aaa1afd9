/** An undoable definition against a plain model: a list of states, and where in it we are. */
import fc from 'fast-check';
import { createStore } from 'ownstate';
import { undoable } from 'ownstate/app';
import { expect, it } from 'vitest';

const add = fc.record({ type: fc.constant('add' as const), by: fc.constantFrom(1, -1, 0, 1), record: fc.constantFrom(true, true, false), group: fc.constantFrom('a', 'b', undefined) });
const other = fc.constantFrom({ type: 'undo' as const }, { type: 'redo' as const }, { type: 'undo' as const }, { type: 'clearHistory' as const }, { type: 'fail' as const });

/** The states, where we are among them, and the key that the next step may join. */
class Model {
  states = [0];
  at = 0;
  key: string | undefined = undefined;
  readonly limit: number;

  constructor(limit: number) {
    this.limit = limit;
  }

  add(by: number, record: boolean, group: string | undefined): void {
    const next = this.states[this.at]! + by;
    if (by === 0) return;
    if (!record) return void (this.states[this.at] = next);
    const joins = group !== undefined && group === this.key && this.at > 0;
    this.states.length = this.at + 1;
    if (joins) {
      this.states[this.at] = next;
      if (next !== this.states[this.at - 1]) return;
      this.states.length = this.at--;
      this.key = undefined;
      return;
    }
    this.states.push(next);
    this.at++;
    this.key = group;
    if (this.at > this.limit) {
      this.states.shift();
      this.at--;
    }
  }

  move(by: number): boolean {
    if (this.states[this.at + by] === undefined) return false;
    this.at += by;
    this.key = undefined;
    return true;
  }

  clear(): void {
    if (this.states.length > 1) this.key = undefined;
    this.states = [this.states[this.at]!];
    this.at = 0;
  }
}

it('does what a list of states does, whatever is sent', async () => {
  await fc.assert(fc.asyncProperty(fc.array(fc.oneof(add, add, other), { maxLength: 40 }), fc.integer({ min: 1, max: 4 }), async (commands, limit) => {
    const store = createStore(undoable({
      state: 0,
      commands: {
        add: (n, { by }: { by: number; record: boolean; group: string | undefined }) => n + by,
        fail: (): number => { throw new RangeError('no'); },
      },
    }, {
      limit,
      record: (command) => command.type !== 'add' || command.payload.record,
      group: (command) => command.type === 'add' ? command.payload.group : undefined,
    }));
    const model = new Model(limit);
    for (const command of commands) {
      if (command.type === 'add') {
        model.add(command.by, command.record, command.group);
        store.tell.add(command);
      } else if (command.type === 'fail') {
        await expect(store.ask.fail()).rejects.toThrow('no');
      } else if (command.type === 'clearHistory') {
        model.clear();
        store.tell.clearHistory();
      } else {
        expect(await store.ask[command.type]()).toBe(model.move(command.type === 'undo' ? -1 : 1));
      }
      expect(store.snapshot()).toEqual({ present: model.states[model.at], canUndo: model.at > 0, canRedo: model.at < model.states.length - 1 });
    }
  }), { numRuns: 1000 });
});
