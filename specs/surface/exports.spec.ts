/** What each door lets out: just these names, each with its docstring, none with more than three type parameters. */
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { canThrow, functionsOf } from './can-throw.js';
import { ANGULAR } from './angular-door.js';
import { APP } from './app-door.js';
import { DEVTOOLS } from './devtools-door.js';
import { REACT } from './react-door.js';
import { STORES } from './stores-door.js';
import { compile, doors, exportsOf, fileOf, modulesIn } from './program.js';

/** What can be used of a door, in order of the alphabet; and what are types only. */
const EXPECTED: Readonly<Record<string, { readonly values: readonly string[]; readonly types: readonly string[] }>> = {
  'ownstate': {
    values: [
      'AskAbortedError', 'AskTimeoutError', 'BusyError', 'DeadlockError', 'FeedFullError', 'MailboxFullError', 'StoreClosedError', 'StoreError',
      'SupersededError', 'UnknownCommandError', 'combineViews', 'createFeed', 'createStore', 'effect', 'focus', 'hold', 'reply', 'replyLater', 'ticket', 'type',
    ],
    types: [
      'AnyDefinition', 'AskOptions', 'Asks', 'Client', 'Clock', 'CommandOf', 'Commands', 'Context', 'ContextTimers', 'Definition', 'EffectContext',
      'EffectPlan', 'EffectPolicy', 'ErrorEvent', 'ErrorSite', 'EventOf', 'Feed', 'FeedLeft', 'FeedOptions',
      'FeedOverflow', 'FeedSource', 'Focus', 'Focused', 'Given', 'Handler', 'HandlerOutcome', 'HoldOptions', 'MailboxOptions', 'Message', 'MessageOf',
      'Outcome', 'Overflow', 'Phase', 'QueryHandler', 'Reply', 'ReplyTo', 'ShutdownOptions', 'StateOf', 'Status', 'Store',
      'StoreOptions', 'Tells', 'Ticket', 'TimerOptions', 'TraceEvent', 'Type', 'ViewOf', 'Viewable', 'Views',
    ],
  },
  'ownstate/stores': STORES,
  'ownstate/app': APP,
  'ownstate/angular': ANGULAR,
  'ownstate/react': REACT,
  'ownstate/devtools': DEVTOOLS,
  'ownstate/testing': {
    values: [
      'checkLinearizable', 'checkScenario', 'checkStore', 'drawHistory', 'explainSimulation', 'marbles',
      'openCheck', 'probe', 'recordHistory', 'shrinkSimulation', 'simulate',
    ],
    types: [
      'CheckScenarioOptions', 'CheckStoreOptions', 'DrawOptions', 'History', 'HistoryOptions', 'LinearModel',
      'LinearStep', 'Linearizability', 'LinearizableOptions', 'MarbleExpectation', 'MarbleSource', 'Marbles',
      'MarblesOptions', 'ModelStep', 'ModelSteps', 'OpenCheck', 'OpenCheckOptions', 'Operation',
      'OperationEnd', 'Probe', 'ProbeOptions', 'ProbedReply', 'RecordedHistory', 'Scenario',
      'ShrinkOptions', 'SimulateOptions', 'SimulatedSource', 'Simulation', 'SimulationFailure', 'SimulationResult',
      'StoreCheck', 'StoreModel', 'Watchable',
    ],
  },
};

/** Some of what the specs below look for, done wrong. */
const WRONG = `
  export function tooMany<A, B, C, D>(a: A, b: B, c: C, d: D): unknown { return [a, b, c, d]; }
  export interface Many { /** Takes too many. */ readonly of: <A, B, C, D>(a: A, b: B, c: C, d: D) => void }
  /** Fails in a function that it calls. */
  export function failing(): void { check(); }
  function check(): void { throw new Error('failed'); }
  /** Fails where somebody sees to it. */
  export function guarded(): void { try { check(); } catch { return; } }
  /** Fails later. */
  export function later(): () => void { return () => check(); }
  export interface Door { /** Opens. */ open(): void; /** Shuts. */ readonly shut: () => void }
  export class Gate { open(): void { check(); } get shut(): () => void { return () => check(); } }
`;

const program = compile(modulesIn('lib'), { 'specs/surface/wrong.ts': WRONG });
const checker = program.getTypeChecker();

/** The text of the docstring at a declaration. */
const docOf = (node: ts.Node): string => ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc).map((doc) => doc.getText()).join('\n');

/** All docstrings of a symbol. */
const docs = (symbol: ts.Symbol): string => (symbol.declarations ?? []).map(docOf).join('\n');

const isFunction = (symbol: ts.Symbol): boolean => (symbol.flags & ts.SymbolFlags.Function) !== 0;

/** The members of an interface that can be called. */
function callable(symbol: ts.Symbol): ts.Symbol[] {
  if (!(symbol.flags & ts.SymbolFlags.Interface)) return [];
  return (symbol.declarations ?? []).filter(ts.isInterfaceDeclaration).flatMap(({ members }) => [...members])
    .flatMap(({ name }) => checker.getSymbolAtLocation(name!) ?? [])
    .filter((member) => checker.getTypeOfSymbol(member).getCallSignatures().length > 0);
}

/** How many type parameters a symbol and its members take, the largest number of them. */
function typeParametersOf(symbol: ts.Symbol): number {
  let most = 0;
  const visit = (node: ts.Node): void => {
    const { typeParameters } = node as { typeParameters?: readonly ts.TypeParameterDeclaration[] };
    most = Math.max(most, typeParameters?.length ?? 0);
    // What stands within a function is its own matter.
    if (!ts.isBlock(node)) ts.forEachChild(node, visit);
  };
  symbol.declarations?.forEach(visit);
  return most;
}

/** The member of a type that another symbol names; also where the name is one of the platform's symbols. */
const memberOf = (type: ts.Type, { escapedName }: ts.Symbol): ts.Symbol | undefined =>
  type.getProperties().find((member) => member.escapedName === escapedName);

/** How many parameters a member must be called with; none for what is no function. */
function parametersOf(member: ts.Symbol): number {
  return Math.max(0, ...checker.getTypeOfSymbol(member).getCallSignatures().map((signature) => signature.parameters.filter(({ valueDeclaration }) =>
    valueDeclaration === undefined || !ts.isParameter(valueDeclaration) || !checker.isOptionalParameter(valueDeclaration)).length));
}

/** The classes that have all members of an interface, in a form that fits: who implements it. */
function implementers(symbol: ts.Symbol, files: readonly string[]): ts.Type[] {
  const wanted = checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(symbol)).filter(({ flags }) => !(flags & ts.SymbolFlags.Optional));
  const classes = files.flatMap((file) => fileOf(program, file).statements.filter(ts.isClassDeclaration));
  return classes.map((node) => checker.getTypeAtLocation(node)).filter((type) => wanted.every((member) => {
    const own = memberOf(type, member);
    return own !== undefined && parametersOf(own) <= parametersOf(member);
  }));
}

/** Functions and members that can throw and don't say so. */
function silentThrowers(symbols: readonly ts.Symbol[], files: readonly string[]): string[] {
  const functions = symbols.filter(isFunction)
    .filter((symbol) => symbol.declarations?.some((node) => canThrow(node, program)) === true && !/@throws/.test(docs(symbol)));
  const members = symbols.flatMap((symbol) => callable(symbol).filter((member) => {
    const bodies = implementers(symbol, files).flatMap((type) => memberOf(type, member)?.declarations ?? []).flatMap(functionsOf);
    return bodies.some((body) => canThrow(body, program)) && !/@throws/.test(docs(member));
  }).map(({ name }) => `${symbol.name}.${name}`));
  return [...functions.map(({ name }) => name), ...members];
}

it('the doors are those of package.json', () => {
  expect([...doors.keys()]).toEqual(Object.keys(EXPECTED));
});

describe.each([...doors])('%s', (door, source) => {
  const { values = [], types = [] } = EXPECTED[door] ?? {};
  const symbols = exportsOf(program, source);

  it('exports these values', async () => {
    expect(Object.keys(await import(/* @vite-ignore */ door) as object).sort()).toEqual(values);
  });

  it('exports these types', () => {
    const names = checker.getExportsOfModule(checker.getSymbolAtLocation(fileOf(program, source))!).map(({ name }) => name);
    expect(names.filter((name) => !values.includes(name)).sort()).toEqual(types);
  });

  it('documents each of them, and each member that can be called', () => {
    const all = [...symbols, ...symbols.flatMap(callable)];
    expect(all.filter((symbol) => !/\w/.test(docs(symbol))).map(({ name }) => name)).toEqual([]);
  });

  it('shows each function by an example', () => {
    expect(symbols.filter(isFunction).filter((symbol) => !/@example\s+\* ```ts/.test(docs(symbol))).map(({ name }) => name)).toEqual([]);
  });

  it('says of each function what it throws', () => {
    expect(silentThrowers(symbols, modulesIn('lib'))).toEqual([]);
  });

  it('takes three type parameters at most', () => {
    expect(symbols.filter((symbol) => typeParametersOf(symbol) > 3).map(({ name }) => name)).toEqual([]);
  });
});

describe('these checks', () => {
  const wrong = 'specs/surface/wrong.ts';
  const symbols = exportsOf(program, wrong);
  const named = (name: string) => symbols.find((symbol) => symbol.name === name)!;

  it('find a fourth type parameter, of a function and of a member', () => {
    expect(symbols.filter((symbol) => typeParametersOf(symbol) > 3).map(({ name }) => name)).toEqual(['tooMany', 'Many']);
  });

  it('find what has no docstring', () => {
    expect(docs(named('tooMany'))).toBe('');
    expect(docs(named('failing'))).toContain('Fails in a function');
  });

  it('find who throws without saying so: by what is called, not by what is caught or called later', () => {
    expect(silentThrowers(symbols, [wrong])).toEqual(['failing', 'Door.open', 'Door.shut']);
  });

  it('find who implements the interfaces of the core', () => {
    const core = exportsOf(program, 'lib/index.ts');
    const found = ['Client', 'Store', 'Context', 'ContextTimers'].map((name) =>
      implementers(core.find((symbol) => symbol.name === name)!, modulesIn('lib/core')).length > 0);
    expect(found).toEqual([true, true, true, true]);
  });
});
