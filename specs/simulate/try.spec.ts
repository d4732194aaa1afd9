import { explainSimulation, shrinkSimulation, simulate } from 'ownstate/testing';
import { it } from 'vitest';
import { scenarios } from './scenarios/index.js';
it('tries', async () => {
  for (const s of scenarios) {
    const t0 = performance.now(); let n = 0, steps = 0;
    for (let seed = 1; seed <= 300; seed++) {
      const r = await simulate(seed, s, { trace: false }); n++; steps += r.steps;
      if (r.failure) { console.log(explainSimulation(await shrinkSimulation(r, s)), r.failure.error); break; }
    }
    console.log(s.name, n, steps / n, 'per s', n / (performance.now() - t0) * 1000);
  }
}, 120000);
