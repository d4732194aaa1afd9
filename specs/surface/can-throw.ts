/**
 * Whether a function of the library can throw: by a `throw` of its own, or by that of a function of the library that it
 * calls outside of `try … catch`. Functions within it that are called later don't count, nor do those that callers give.
 */
import ts from 'typescript';

/** @throws nothing itself: what can't be followed doesn't throw */
export function canThrow(declaration: ts.Node, program: ts.Program, seen: Set<ts.Node> = new Set()): boolean {
  if (seen.has(declaration)) return false;
  seen.add(declaration);
  const checker = program.getTypeChecker();
  const ours = (node: ts.Node | undefined): node is ts.Node => node !== undefined && !program.isSourceFileFromExternalLibrary(node.getSourceFile())
    && !node.getSourceFile().isDeclarationFile;

  const called = (node: ts.Node): ts.Node[] => {
    if (ts.isPropertyAccessExpression(node)) {
      return checker.getSymbolAtLocation(node.name)?.declarations?.filter(ts.isGetAccessor) ?? [];
    }
    if (ts.isNewExpression(node)) {
      const made = checker.getTypeAtLocation(node).symbol.valueDeclaration;
      return made !== undefined && ts.isClassLike(made) ? made.members.filter(ts.isConstructorDeclaration) : [];
    }
    const target = ts.isCallExpression(node) ? checker.getResolvedSignature(node)?.declaration : undefined;
    return target === undefined ? [] : [target];
  };

  const visit = (node: ts.Node): boolean => {
    if (ts.isFunctionLike(node)) return false;
    if (ts.isThrowStatement(node)) return true;
    if (ts.isTryStatement(node) && node.catchClause !== undefined) {
      return visit(node.catchClause) || (node.finallyBlock !== undefined && visit(node.finallyBlock));
    }
    return called(node).some((target) => ours(target) && canThrow(target, program, seen)) || ts.forEachChild(node, visit) === true;
  };

  // What an async function throws, its promise rejects with.
  const isAsync = ts.canHaveModifiers(declaration) && ts.getModifiers(declaration)?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword) === true;
  return !isAsync && ts.forEachChild(declaration, visit) === true;
}

/** The functions that a member of a class holds: itself, or those that its accessor or its initializer gives. */
export function functionsOf(member: ts.Declaration): ts.Node[] {
  if (ts.isMethodDeclaration(member)) return [member];
  const functions: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) functions.push(node);
    else ts.forEachChild(node, visit);
  };
  ts.forEachChild(member, visit);
  return functions;
}
