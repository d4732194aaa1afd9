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
import { entities, optimistic, attempt, persist, replaceable, undoable } from 'ownstate/app';
import { recordTrace } from 'ownstate/devtools';
import { selectSignal, storeToken } from 'ownstate/angular';
import { createStoreContext, useSelect } from 'ownstate/react';
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
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

interface Todo { readonly id: number; readonly text: string }
const todos = entities<Todo>({ id: ({ id }) => id });
const list = createStore(optimistic(undoable(replaceable({
  name: 'todos',
  state: todos.none,
  commands: { add: (state, todo: Todo) => attempt(todos.add(state, todo), { run: async () => todo.id }) },
}))));
const recorder = recordTrace(list);
const saved = new Map<string, string>();
const plain = createStore(replaceable({ name: 'plain', state: 0, commands: { add: (sum, by: number) => sum + by } }));
const kept = persist(plain, { getItem: (key) => saved.get(key) ?? null, setItem: (key, value: string) => void saved.set(key, value), removeItem: (key) => void saved.delete(key) });
plain.tell.add(2);
await kept.flush();
const id: number = await list.ask.add({ id: 7, text: 'tea' });
const Cart = createStoreContext({ state: ['milk'], commands: { add: (items, item: string) => [...items, item] } });
const Items = () => createElement('i', null, useSelect(Cart.useStore(), (items) => items.length));
const page = renderToString(createElement(Cart.Provider, {}, createElement(Items)));
const count = selectSignal(plain, (sum) => sum * 2);
console.log(id, list.snapshot().canUndo, recorder.rows.length > 0, saved.size, page, count(), String(storeToken({ name: 'token', state: 0, commands: { add: (n) => n + 1 } })));
await counter.ask.get().then(undefined, (error: unknown) => console.log(error instanceof StoreClosedError));
`;

try {
  const [{ filename, files }] = JSON.parse(execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], { cwd: root, encoding: 'utf8' }));
  const strays = files.map(({ path }) => path).filter((path) => !/^(dist\/|docs\/changelog\.md$|package\.json$|README\.md$|LICENSE$)/.test(path));
  if (strays.length > 0) throw new Error(`Expected only dist, changelog, readme and licence in the package, got ${strays.join(', ')}`);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module', private: true }));
  const peers = ['rxjs', 'react', 'react-dom', '@types/react', '@types/react-dom', '@angular/core'].map((name) =>
    `${name}@${JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')).version}`);
  run('npm', 'install', '--no-audit', '--no-fund', '--prefer-offline', `./${filename}`, ...peers);
  writeFileSync(join(folder, 'program.ts'), program);
  symlinkSync(join(root, 'node_modules/typescript'), join(folder, 'node_modules/typescript'));
  run(process.execPath, 'node_modules/typescript/bin/tsc', '--strict', '--skipLibCheck', 'false', '--module', 'NodeNext', '--target', 'ES2022', '--lib', 'ES2022,ESNext.Disposable,DOM', 'program.ts');
  const printed = run(process.execPath, 'program.js');
  const expected = '5 5\n1 true 42 5\n7 true true 1 <i>1</i> 4 InjectionToken token\ntrue\n';
  if (printed !== expected) throw new Error(`Expected the program to print ${expected}, got ${printed}`);
  console.log(`${filename}: ${files.length} files, installed, compiled and run from an empty folder`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
