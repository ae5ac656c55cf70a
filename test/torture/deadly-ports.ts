import { connect } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { toOutgoing } from '../../src/adapters/safe-fetch/outgoing.ts'
import type { Fact } from '../../src/core/jobs/request-record.ts'
import type { HttpClient, HttpRequest } from '../../src/ports/http-client.ts'
import type { ImageStore } from '../../src/ports/image-store.ts'
import type { Journal } from '../../src/ports/stores.ts'
import type { KillPoint } from './kill-points.ts'

/** Where a process dies: at a point, when it comes there for so many times. */
export interface Doom {
  readonly point: KillPoint | undefined
  readonly visit: number
  /** How many submits the emulated providers have taken in. */
  submitsSeen(): Promise<number>
}

/** Kills this process the hard way when it comes to its point. */
export class Reaper {
  readonly #doom: Doom
  #visits = 0

  constructor(doom: Doom) {
    this.#doom = doom
  }

  /** Whether this is the visit to a point that is not survived. */
  comes(point: KillPoint): boolean {
    if (point !== this.#doom.point) return false
    this.#visits += 1
    return this.#visits === this.#doom.visit
  }

  /** Dies here, if it is the time. */
  visit(point: KillPoint): void {
    if (this.comes(point)) die()
  }

  journal(journal: Journal): Journal {
    return {
      commit: async (facts) => {
        // Requests are queued several at a time, and each of them is accepted.
        for (const { kind } of facts) if (kind === 'request-accepted') this.visit('before-accept')
        if (has(facts, 'request-ended')) this.visit('before-ended')
        await journal.commit(facts)
        if (has(facts, 'attempt-started')) this.visit('after-accept-and-hold')
        if (has(facts, 'attempt-submitted')) this.visit('after-written')
        if (has(facts, 'attempt-settled')) {
          // The first word of a call that answered at once is its settlement.
          this.visit('settled-before-answer')
          if (!has(facts, 'attempt-submitted')) this.visit('after-written')
        }
        if (has(facts, 'request-ended')) this.visit('ended-before-told')
      },
    }
  }

  images(images: ImageStore): ImageStore {
    return {
      ...images,
      put: async (digest, bytes) => {
        await images.put(digest, bytes)
        this.visit('stored-before-settled')
      },
    }
  }

  http(client: HttpClient): HttpClient {
    const send = async (request: HttpRequest) => {
      if (request.method === 'POST') return this.#submit(request, client)
      if (isDownload(request)) {
        this.visit('before-download')
        if (this.comes('in-download')) await dieInAnswer(request)
      } else {
        this.visit('in-poll')
      }
      return client.send(request)
    }
    return { ...client, send, close: () => client.close() }
  }

  async #submit(request: HttpRequest, client: HttpClient) {
    this.visit('before-submit')
    if (this.comes('in-request-body')) await dieInBody(request)
    if (this.comes('accepted-before-answer')) await this.#dieOnceSeen(request, client)
    const answer = await client.send(request)
    this.visit('answered-before-written')
    return answer
  }

  /** Sends, waits until the provider has the request, and is gone before it answers. */
  async #dieOnceSeen(request: HttpRequest, client: HttpClient): Promise<never> {
    const before = await this.#doom.submitsSeen()
    client.send(request).catch(() => undefined)
    while ((await this.#doom.submitsSeen()) <= before) await nextTurn()
    return die()
  }
}

function die(): never {
  process.kill(process.pid, 'SIGKILL')
  // The signal comes at once; whatever it leaves time for must not happen.
  for (;;);
}

const has = (facts: readonly Fact[], kind: Fact['kind']): boolean =>
  facts.some((fact) => fact.kind === kind)

const isDownload = ({ headers }: HttpRequest): boolean => headers.accept === 'image/*'

/** Writes the head and half of the body. */
async function dieInBody(request: HttpRequest): Promise<never> {
  const { headers, body = Buffer.alloc(0) } = toOutgoing(request)
  const { hostname, port, pathname, search, host } = new URL(request.url)
  const all = { ...headers, host, 'content-length': String(body.byteLength) }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  const socket = connect(Number(port), hostname)
  await new Promise<void>((resolve) => {
    socket.write(`POST ${pathname}${search} HTTP/1.1\r\n${lines.join('')}\r\n`)
    socket.write(body.subarray(0, Math.floor(body.byteLength / 2)), () => resolve())
  })
  return die()
}

/** Reads the first piece of an answer. */
async function dieInAnswer({ url }: HttpRequest): Promise<never> {
  const { body } = await fetch(url)
  await body?.getReader().read()
  return die()
}
