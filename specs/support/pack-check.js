/**
 * Packs the package, installs it in an empty folder as a user would, type-checks a small program there and runs it.
 * Run by `npm run pack-check`.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = process.cwd();
const folder = mkdtempSync(join(tmpdir(), 'ownstate-pack-'));
const run = (command, ...args) => execFileSync(command, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

const program = `
import { createStore, reply, StoreClosedError } from 'ownstate';
import { createBankAccount, createCache, createChatRoom, createKeyValue, createRateLimiter, createSessions, createTaskQueue, createWorkerPool } from 'ownstate/stores';

const counter = createStore({
  name: 'counter',
  state: 0,
  commands: { increment: (count, by: number = 1) => reply(count + by, count + by) },
  queries: { get: (count) => count },
});
const five: number = await counter.ask.increment(5);
counter.ask.get().subscribe((count) => console.log(five, count));
await counter.shutdown();

const cache = createCache<string, number>({ ttl: 1000 });
await cache.ask.set({ key: 'a', value: 1 });
const hit: number | undefined = await cache.ask.get('a');
const { allowed } = await createRateLimiter().ask.allow({ key: 'ann' });
const pool = createWorkerPool({ work: (n: number) => n * 2, size: 2 });
const doubled: number = await pool.ask.submit({ task: 21 });
const made = [createBankAccount({ owner: 'Ann' }), createChatRoom(), createKeyValue<number>(), createSessions(), createTaskQueue<string>()];
console.log(hit, allowed, doubled, made.length);
await counter.ask.get().then(undefined, (error: unknown) => console.log(error instanceof StoreClosedError));
`;

try {
  const [{ filename, files }] = JSON.parse(execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], { cwd: root, encoding: 'utf8' }));
  const strays = files.map(({ path }) => path).filter((path) => !/^(dist\/|docs\/changelog\.md$|package\.json$|README\.md$|LICENSE$)/.test(path));
  if (strays.length > 0) throw new Error(`Expected only dist, changelog, readme and licence in the package, got ${strays.join(', ')}`);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module', private: true }));
  const rxjs = JSON.parse(readFileSync(join(root, 'node_modules/rxjs/package.json'), 'utf8')).version;
  run('npm', 'install', '--no-audit', '--no-fund', '--prefer-offline', `./${filename}`, `rxjs@${rxjs}`);
  writeFileSync(join(folder, 'program.ts'), program);
  symlinkSync(join(root, 'node_modules/typescript'), join(folder, 'node_modules/typescript'));
  run(process.execPath, 'node_modules/typescript/bin/tsc', '--strict', '--skipLibCheck', 'false', '--module', 'NodeNext', '--target', 'ES2022', '--lib', 'ES2022,ESNext.Disposable,DOM', 'program.ts');
  const printed = run(process.execPath, 'program.js');
  if (printed !== '5 5\n1 true 42 5\ntrue\n') throw new Error(`Expected the program to print 5 5, 1 true 42 5, true, got ${printed}`);
  console.log(`${filename}: ${files.length} files, installed, compiled and run from an empty folder`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
