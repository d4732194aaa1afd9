/** A component with a store of its own. */
import { useSelect, useStore } from 'ownstate/react';

export function Counter({ from = 0 }: { from?: number }) {
  const counter = useStore(() => ({
    name: 'counter',
    state: from,
    commands: {
      add: (count: number, by: number = 1) => count + by,
      reset: () => 0,
    },
  }));
  const count = useSelect(counter);
  const even = useSelect(counter, (now) => now % 2 === 0);
  return (
    <p>
      <output>{count}{even ? ', even' : ''}</output>
      <button onClick={() => counter.tell.add()}>one more</button>
      <button onClick={counter.tell.reset}>begin again</button>
    </p>
  );
}
