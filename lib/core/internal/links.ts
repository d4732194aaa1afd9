/**
 * A list whose members know their neighbours: one joins and leaves in O(1), also while the list is gone through. It's a
 * ring closed by the list itself:
 *
 * ```
 *   ┌─▶ list ⇄ first ⇄ … ⇄ last ◀─┐         a member that left still knows the way on,
 *   └─────────────────────────────┘         for whoever stands on it just then
 * ```
 */

/** A member of a list, or the list itself. @internal */
export interface Link {
  before: Link;
  next: Link;
}

/** An empty list: it's its own neighbour. @internal */
export function ring<L extends object>(list: L): L & Link {
  // A cast: the two lines below make it so.
  const link = list as L & Link;
  link.before = link.next = link;
  return link;
}

/** Joins at the end. @internal */
export function join(list: Link, link: Link): void {
  link.before = list.before;
  link.next = list;
  list.before.next = link;
  list.before = link;
}

/** Leaves. @internal */
export function leave({ before, next }: Link): void {
  before.next = next;
  next.before = before;
}
