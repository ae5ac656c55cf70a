import { hash, randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { drainOnce, waitingIn } from '../src/adapters/files/drain.ts'
import { createFileImageStore } from '../src/adapters/files/file-image-store.ts'
import { createSpooledStore } from '../src/adapters/files/spooled-image-store.ts'
import { createS3ImageStore } from '../src/adapters/s3/s3-image-store.ts'
import { systemClock } from '../src/adapters/system-clock/system-clock.ts'
import type { HttpClient, HttpRequest } from '../src/ports/http-client.ts'
import { testImageStore } from '../src/testing/test-image-store.ts'
import { openS3Stand, type S3Stand } from './s3-stand.ts'

let stand: S3Stand
beforeAll(async () => {
  stand = await openS3Stand()
})
afterAll(() => stand.close())

const digestOf = (bytes: Uint8Array): string => hash('sha256', bytes, 'hex')
const folder = () => mkdtemp(join(tmpdir(), 'keeprate-spool-'))
let count = 0

testImageStore('on S3', async () => {
  const root = await folder()
  count += 1
  const store = createS3ImageStore(stand.client({ prefix: `tests/${count}` }))
  const fail = (error: unknown) => {
    throw error
  }
  return {
    store: createSpooledStore(createFileImageStore(root), store, fail),
    close: () => rm(root, { recursive: true }),
  }
})

/** Puts something between the store and the server. */
const through = (change: (request: HttpRequest) => ReturnType<HttpClient['send']>): HttpClient => ({
  ...stand.http,
  send: change,
})
const log = { debug() {}, info() {}, warn() {}, error() {} }

describe('objects', () => {
  test('large ones go in parts and come back whole', async () => {
    const bytes = randomBytes(17 * 1024 * 1024)
    const store = createS3ImageStore(stand.client())
    await store.put(digestOf(bytes), bytes)
    expect(await store.size(digestOf(bytes))).toBe(bytes.length)
    expect(Buffer.compare((await store.get(digestOf(bytes))) ?? Buffer.alloc(0), bytes)).toBe(0)
  })

  test('that hold other bytes than their name says are never handed out', async () => {
    const digest = digestOf(Buffer.from('right'))
    await stand.client().call({
      ...{ method: 'PUT', name: `images/${digest.slice(0, 2)}/${digest}`, statuses: [200] },
      bytes: Buffer.from('wrong'),
    })
    const store = createS3ImageStore(stand.client())
    await expect(store.get(digest)).rejects.toThrow('holds other bytes')
  })

  test('a tag of other bytes is found, tried again, and told', async () => {
    let puts = 0
    const http = through(async (request) => {
      const answer = await stand.http.send(request)
      puts += 1
      return { ...answer, headers: { ...answer.headers, etag: `"${'0'.repeat(32)}"` } }
    })
    const store = createS3ImageStore(stand.client({}, http))
    const bytes = Buffer.from('a picture')
    await expect(store.put(digestOf(bytes), bytes)).rejects.toThrow('other bytes than were sent')
    expect(puts).toBe(3)
  })

  test('a credential that is refused is said in words, and not tried again', async () => {
    let calls = 0
    const http = through((request) => {
      calls += 1
      return stand.http.send(request)
    })
    const store = createS3ImageStore(stand.client({ accessKeyId: 'NOBODY' }, http))
    const bytes = Buffer.from('a picture')
    await expect(store.put(digestOf(bytes), bytes)).rejects.toThrow('check access key')
    expect(calls).toBe(1)
  })
})

type Answer = Awaited<ReturnType<S3Stand['http']['send']>>
const answered = (status: number, text = ''): Promise<Answer> =>
  Promise.resolve({ status, headers: {}, text, images: [] })
const timeout = () =>
  Object.assign(new Error('no answer'), { httpFailure: { kind: 'timeout', sent: true } })
const expired = '<Error><Code>ExpiredToken</Code><Message>The token has expired.</Message></Error>'

describe('a store that is down', () => {
  test.each<[string, (send: () => Promise<Answer>) => Promise<Answer>]>([
    ['answers 503', () => answered(503)],
    ['gives no answer in time', () => Promise.reject(timeout())],
    ['says that the credential has expired', () => answered(403, expired)],
    [
      'tells another tag than that of the bytes',
      async (send) => ({ ...(await send()), headers: { etag: `"${'0'.repeat(32)}"` } }),
    ],
  ])('and %s loses nothing: the folder keeps, serves and sends later', async (_title, fault) => {
    const root = await folder()
    let isDown = true
    const http = through((request) => {
      const send = () => stand.http.send(request)
      return isDown && request.method === 'PUT' ? fault(send) : send()
    })
    const spool = createFileImageStore(root)
    const final = createS3ImageStore(stand.client({ prefix: 'down' }, http))
    const failures: unknown[] = []
    const store = createSpooledStore(spool, final, (error) => failures.push(error))
    const pictures = [1, 2, 3].map((seed) => randomBytes(1_000 * seed))
    for (const bytes of pictures) await store.put(digestOf(bytes), bytes)
    const [first = Buffer.alloc(0)] = pictures
    expect(failures).toHaveLength(3)
    expect(Buffer.compare((await store.get(digestOf(first))) ?? Buffer.alloc(0), first)).toBe(0)
    const parts = { root, from: spool, to: final, clock: systemClock, log }
    await expect(drainOnce(parts)).rejects.toThrow()
    expect(await waitingIn(root)).toHaveLength(3)

    isDown = false
    expect(await drainOnce(parts)).toBe(3)
    expect(await waitingIn(root)).toEqual([])
    for (const bytes of pictures) expect(await final.size(digestOf(bytes))).toBe(bytes.length)
    await rm(root, { recursive: true })
  })
})
