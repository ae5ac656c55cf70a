import type {
  Drawing,
  Emulator,
  EmulatorAnswer,
  EmulatorKit,
  EmulatorRequest,
  Fault,
} from '../providers/shared/emulator.ts'
import { readMultipart } from '../sandbox/multipart.ts'

/** An answer of an emulator, and its body as JSON when it is that. */
export interface EmulatorReply {
  readonly status: number
  readonly json: Record<string, unknown>
  readonly answer: EmulatorAnswer
}

/** An emulator without a server, on a clock that the test moves; waits take no time. */
export interface ClockedEmulator {
  /** Sends a request. The body is JSON unless it is bytes; names of headers are lower case. */
  ask(
    method: string,
    url: string,
    body?: unknown,
    headers?: EmulatorRequest['headers'],
  ): Promise<EmulatorReply>
  pass(milliseconds: number): void
  readonly now: () => number
  readonly bills: readonly string[]
  readonly drawings: readonly Drawing[]
  readonly baseUrl: string
}

/**
 * Starts an emulator at noon of 20 November 2026. `sandbox:<fault>` in a prompt asks for a fault.
 * @param headers sent with every request, such as the key.
 */
export function clockedEmulator(
  emulator: Emulator,
  headers: EmulatorRequest['headers'] = {},
): ClockedEmulator {
  const baseUrl = `http://127.0.0.1:9000/${emulator.id}`
  let now = Date.UTC(2026, 10, 20, 12)
  let ids = 0
  const bills: string[] = []
  const drawings: Drawing[] = []
  const kit: EmulatorKit = {
    draw: async (drawing) => {
      drawings.push(drawing)
      return new Uint8Array(100).fill(7)
    },
    multipart: readMultipart,
    latency: () => Promise.resolve(),
    now: () => now,
    scaled: (milliseconds) => milliseconds,
    hexId: (length) => {
      ids += 1
      return ids.toString(16).padStart(length, '0')
    },
    hash: (text) => text.length,
    bill: ({ dollars }) => {
      bills.push(dollars)
    },
    fault: (_, prompt) => /sandbox:(\S+)/.exec(prompt)?.[1] as Fault | undefined,
    state: new Map(),
  }
  return {
    async ask(method, url, body, more = {}) {
      const target = new URL(url.startsWith('/') ? `${baseUrl}${url}` : url)
      const isBytes = body instanceof Uint8Array
      const answer = await emulator.handle(
        {
          method,
          path: decodeURIComponent(target.pathname.slice(`/${emulator.id}`.length)),
          query: target.searchParams,
          headers: { ...headers, ...more },
          body: isBytes ? body : Buffer.from(body === undefined ? '' : JSON.stringify(body)),
          baseUrl,
          signal: new AbortController().signal,
        },
        kit,
      )
      return { status: answer.status, json: parsed(answer), answer }
    },
    pass(milliseconds) {
      now += milliseconds
    },
    now: () => now,
    bills,
    drawings,
    baseUrl,
  }
}

function parsed({ body }: EmulatorAnswer): Record<string, unknown> {
  try {
    return JSON.parse(String(body))
  } catch {
    return {}
  }
}
