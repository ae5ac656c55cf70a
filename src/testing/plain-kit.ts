import type { Drawing, EmulatorKit, EmulatorRequest, Fault } from '../providers/shared/emulator.ts'

/** A kit for tests of single emulators: a clock that the test moves, and no real pictures. */
export interface PlainKit {
  readonly kit: EmulatorKit
  readonly bills: { readonly model: string; readonly dollars: string }[]
  readonly drawings: Drawing[]
  /** Moves the clock; who waits goes on. */
  pass(milliseconds: number): Promise<void>
  /** A request as the server hands it on. */
  request(method: string, path: string, changes?: Partial<EmulatorRequest>): EmulatorRequest
}

/** Makes a kit whose waits end when the test lets time pass. */
export function createPlainKit(): PlainKit {
  let now = Date.UTC(2026, 10, 20)
  let ids = 0
  let waiting: { readonly until: number; readonly wake: () => void }[] = []
  const bills: PlainKit['bills'] = []
  const drawings: Drawing[] = []
  const kit: EmulatorKit = {
    draw: async (drawing) => {
      drawings.push(drawing)
      return Buffer.from(`picture ${drawings.length}`)
    },
    multipart: () => Promise.reject(new Error('this kit reads no forms')),
    latency: (seconds) =>
      new Promise((resolve) => {
        waiting.push({ until: now + seconds * 1_000, wake: resolve })
      }),
    now: () => now,
    scaled: (milliseconds) => milliseconds,
    hexId: (length) => String(++ids).padStart(length, '0'),
    hash: (text) => text.length,
    bill: ({ model, dollars }) => {
      bills.push({ model, dollars })
    },
    fault: (_request, prompt) => /sandbox:(\S+)/.exec(prompt)?.[1] as Fault | undefined,
    state: new Map(),
  }
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve))
  return {
    kit,
    bills,
    drawings,
    pass: async (milliseconds) => {
      const end = now + milliseconds
      await settle()
      for (;;) {
        const due = waiting.filter(({ until }) => until <= end)
        const next = due.toSorted((a, b) => a.until - b.until)[0]
        if (next === undefined) break
        waiting = waiting.filter((other) => other !== next)
        now = Math.max(now, next.until)
        next.wake()
        await settle()
      }
      now = end
    },
    request: (method, path, changes = {}) => ({
      method,
      path,
      query: new URLSearchParams(),
      headers: {},
      body: new Uint8Array(),
      baseUrl: 'http://127.0.0.1:1/emulated',
      signal: new AbortController().signal,
      ...changes,
    }),
  }
}
