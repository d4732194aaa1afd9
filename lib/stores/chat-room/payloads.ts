/** What comes with the commands of chat rooms: what it looks like, and what is refused. */
import { check, checkInteger, checkObject } from '../structures/check-payload.js';
import type { ChatName } from './items.js';
import type { ChatRequest, Settings } from './options.js';

/** Who comes back, or wants to know what was missed. */
export interface ChatResume {
  readonly user: ChatName;
  /** The number (`seq`) of the last thing that the user knows of; 0 for nothing. */
  readonly after: number;
}

/** Which device leaves. */
export interface ChatDisconnect {
  readonly user: ChatName;
  /** As the reply to `join` named it. */
  readonly device: number;
}

/** What is to be said, and who is to see it. */
export interface ChatSay {
  readonly user: ChatName;
  readonly text: string;
  /** For this member only. The speaker's own devices see it too. */
  readonly to?: ChatName;
  /** For all but these users, whether or not they are in the room. */
  readonly except?: readonly ChatName[];
}

/** Who has to leave. */
export interface ChatKick {
  readonly user: ChatName;
  /** Who wants it: for the option `authorise`. */
  readonly by?: ChatName;
  /** What the error says with which the user's feeds end. */
  readonly reason?: string;
}

/** Which messages of the history. */
export interface ChatHistory {
  /** Those that this user may see. Default: those that are meant for all. */
  readonly user?: ChatName;
  /** The first ones after this number. Default: the last ones. */
  readonly after?: number;
  /** How many at most. Default `Infinity`. */
  readonly limit?: number;
}

/** What is to be said, checked. */
export interface Speech {
  readonly user: ChatName;
  readonly text: string;
  readonly to: ChatName | undefined;
  /** Users who aren't to see it; at least one. */
  readonly except: ReadonlySet<ChatName> | undefined;
}

/** Which messages, checked. */
export interface Page {
  readonly user: ChatName | undefined;
  readonly after: number | undefined;
  readonly limit: number;
}

// Each payload is read once, whatever a getter would say the next time. All of them throw InvalidPayloadError.

export function checkName(value: unknown, field: string, { maxName }: Settings): void {
  const holds = typeof value === 'string' ? value.length <= maxName : Number.isFinite(value);
  if (!holds) check(holds, field, `a string of at most ${maxName} characters, or a finite number`, value);
}

function checkText(value: unknown, field: string, { maxText }: Settings): void {
  const holds = typeof value === 'string' && value.length <= maxText;
  if (!holds) check(holds, field, `a string of at most ${maxText} characters`, value);
}

export function checkResume(payload: ChatResume, settings: Settings): ChatResume {
  checkObject(payload);
  const { user, after } = payload;
  checkName(user, 'user', settings);
  checkInteger(after, 'after');
  return { user, after };
}

export function checkDevice(payload: ChatDisconnect, settings: Settings): ChatDisconnect {
  checkObject(payload);
  const { user, device } = payload;
  checkName(user, 'user', settings);
  checkInteger(device, 'device', 1);
  return { user, device };
}

export function checkKick(payload: ChatKick, settings: Settings): { readonly user: ChatName; readonly by: ChatName | undefined; readonly reason: string | undefined } {
  checkObject(payload);
  const { user, by, reason } = payload;
  checkName(user, 'user', settings);
  if (by !== undefined) checkName(by, 'by', settings);
  if (reason !== undefined) checkText(reason, 'reason', settings);
  return { user, by, reason };
}

export function checkPage(payload: ChatHistory | undefined, settings: Settings): Page {
  if (payload !== undefined) checkObject(payload);
  const { user, after, limit = Infinity } = payload ?? {};
  if (user !== undefined) checkName(user, 'user', settings);
  if (after !== undefined) checkInteger(after, 'after');
  if (limit !== Infinity) checkInteger(limit, 'limit', 1);
  return { user, after, limit };
}

export function speechOf(payload: ChatSay, settings: Settings): Speech {
  checkObject(payload);
  const { user, text, to, except } = payload;
  const { maxMembers } = settings;
  checkName(user, 'user', settings);
  checkText(text, 'text', settings);
  if (to !== undefined) checkName(to, 'to', settings);
  if (except === undefined) return { user, text, to, except };
  check(to === undefined, 'except', 'left out beside `to`', except);
  check(Array.isArray(except) && except.length <= maxMembers, 'except', `an array of at most ${maxMembers} users`, except);
  const users = new Set(except);
  for (const each of users) checkName(each, 'except', settings);
  return { user, text, to, except: users.size > 0 ? users : undefined };
}

// ── what the option `authorise` is asked ────────────────────────────────────────────────────────────────────────────

export function comes(user: ChatName, room?: ChatName): ChatRequest {
  return { action: 'join', user, ...placed(room) };
}

export function says({ user, text, to }: Speech, room?: ChatName): ChatRequest {
  return { action: 'say', user, text, ...to === undefined ? {} : { to }, ...placed(room) };
}

export function kicks(user: ChatName, by: ChatName | undefined, room?: ChatName): ChatRequest {
  return { action: 'kick', user, ...by === undefined ? {} : { by }, ...placed(room) };
}

function placed(room: ChatName | undefined): { readonly room?: ChatName } {
  return room === undefined ? {} : { room };
}
