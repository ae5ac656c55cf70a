import type {
  Drawing,
  Emulator,
  EmulatorAnswer,
  EmulatorKit,
  Fault,
} from '../providers/shared/emulator.ts'
import { readMultipart } from '../sandbox/multipart.ts'

/** An answer of an emulator with its body read as JSON, where it is some. */
export interface StandAnswer extends EmulatorAnswer {
  readonly json: unknown
}

/** How a request to an emulator differs from one with JSON and the usual key. */
export interface StandRequest {
  /** Undefined takes a header away: the key is there unless `authorization` is undefined. */
  readonly headers?: Readonly<Record<string, string | undefined>>
  readonly body?: unknown
}

/** One emulator without server, drawing and waiting: for tests of its words and its bill. */
export interface EmulatorStand {
  ask(method: string, url: string, request?: StandRequest): Promise<StandAnswer>
  /** Moves the emulator's clock. */
  pass(milliseconds: number): void
  /** Dollars of each bill so far. */
  readonly bills: readonly string[]
  /** What was drawn so far. */
  readonly drawings: readonly Drawing[]
}

/** Where the emulator believes to be. */
const ORIGIN = 'http://127.0.0.1:9000'
const START = Date.UTC(2026, 10, 20, 12)

/** Puts an emulator on the stand. Fault words in the prompt work; pictures are a few bytes. */
export function standOf(emulator: Emulator): EmulatorStand {
  let now = START
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
      return String(ids).padStart(length, '0')
    },
    hash: (text) => text.length,
    bill: ({ dollars }) => {
      bills.push(dollars)
    },
    fault: (_, prompt) => /sandbox:(\S+)/.exec(prompt)?.[1] as Fault | undefined,
    state: new Map(),
  }
  const baseUrl = `${ORIGIN}/${emulator.id}`
  return {
    bills,
    drawings,
    pass: (milliseconds) => {
      now += milliseconds
    },
    async ask(method, url, { headers, body } = {}) {
      const target = new URL(url.startsWith('/') ? `${baseUrl}${url}` : url)
      const answer = await emulator.handle(
        {
          method,
          path: decodeURIComponent(target.pathname).replace(`/${emulator.id}`, ''),
          query: target.searchParams,
          headers: { authorization: 'Bearer key-1', ...headers },
          body: body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(body ?? null)),
          baseUrl,
          signal: new AbortController().signal,
        },
        kit,
      )
      return { ...answer, json: parsed(answer) }
    },
  }
}

function parsed({ body }: EmulatorAnswer): unknown {
  try {
    return JSON.parse(String(body))
  } catch {
    return undefined
  }
}
