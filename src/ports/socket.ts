import type { AddressPolicy } from './http-client.ts'

/** A WebSocket that is only listened to: it tells of work, and nothing is asked through it. */
export interface SocketRequest {
  /** With `http` or `https`, as every other address of the server. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly addresses: AddressPolicy
  /** The one text that is sent, as soon as it is open. */
  readonly greeting?: string
  /** Longest wait until it is open, in milliseconds. */
  readonly openMs: number
  /** More messages than this end it. How large one may be is the client's own limit. */
  readonly maxMessages: number
  /** Closes it. */
  readonly signal: AbortSignal
}

/** One whole message: text, or bytes. */
export type SocketMessage = string | Uint8Array
