import { describe, expect, test } from 'vitest'
import type { Provider } from '../src/ports/provider.ts'
import { until } from '../src/testing/gateway-stand.ts'
import { heldPlay } from '../src/testing/held-play.ts'
import { failed, scriptedProvider } from '../src/testing/scripted-provider.ts'
import { VirtualClock } from '../src/testing/virtual-clock.ts'
import { type HttpStand, withHttpStand } from './http-stand.ts'

const path = '/v1/images/generations'
const body = { prompt: 'a cup' }
const later = { headers: { prefer: 'respond-async' }, body }

interface Job {
  readonly id: string
  readonly object: string
  readonly status: string
  readonly progress: Readonly<Record<string, number>>
  readonly result?: { readonly data: readonly { readonly url: string }[]; readonly created: number }
  readonly error?: Readonly<Record<string, unknown>>
  readonly cancelled?: Readonly<Record<string, unknown>>
}

const jsonOf = async <Value = Job>(answer: Response | Promise<Response>): Promise<Value> =>
  (await (await answer).json()) as Value

/** A provider that has no room for any call. */
const full = (): Provider => ({ ...scriptedProvider(), limits: { parallelCalls: 0 } })

const jobOf = (stand: HttpStand, id: string): Promise<Job> =>
  jsonOf(stand.ask('GET', `/v1/jobs/${id}`))

const ended = (stand: HttpStand, id: string): Promise<Job> =>
  until(async () => {
    const job = await jobOf(stand, id)
    return ['completed', 'failed', 'cancelled'].includes(job.status) ? job : undefined
  })

describe('an answer that comes later', () => {
  test('is a job, which has the result when it is done', async () => {
    const { play, open } = heldPlay()
    await withHttpStand({ providers: [scriptedProvider({ play })] }, async (stand) => {
      const answer = await stand.ask('POST', path, later)
      const { id, ...job } = await jsonOf(answer)
      expect(answer.status).toBe(202)
      expect(answer.headers.get('location')).toBe(`/v1/jobs/${id}`)
      expect(answer.headers.get('preference-applied')).toBe('respond-async')
      expect(answer.headers.get('x-request-id')).toBe(id)
      expect(job).toMatchObject({ object: 'job', status: 'running', cost: '0' })
      await until(async () => (await jobOf(stand, id)).progress.attempts === 1)
      open()
      const done = await ended(stand, id)
      expect(done).toMatchObject({
        status: 'completed',
        cost: '0.01',
        progress: { images: 1, ready: 1, attempts: 1 },
        result: { output_format: 'png', size: '32x32', keeprate: { request_id: id } },
      })
      const picture = await fetch(done.result?.data[0]?.url ?? '')
      expect(picture.headers.get('content-type')).toBe('image/png')
    })
  })

  test('is refused at once when the request is wrong', async () => {
    await withHttpStand({ providers: [scriptedProvider()] }, async (stand) => {
      const wrong = await stand.ask('POST', path, { ...later, body: { prompt: '' } })
      expect(wrong.status).toBe(400)
      const unknown = { ...later, body: { ...body, model: 'nobody/nothing' } }
      expect((await stand.ask('POST', path, unknown)).status).toBe(404)
      expect((await jsonOf<{ data: unknown[] }>(stand.ask('GET', '/v1/jobs'))).data).toEqual([])
    })
  })

  test('that fails says why, in the shape of an error', async () => {
    const acme = scriptedProvider({ play: () => failed('content_policy_input') })
    await withHttpStand({ providers: [acme] }, async (stand) => {
      const { id } = await jsonOf(stand.ask('POST', path, later))
      const job = await ended(stand, id)
      expect(job).toMatchObject({
        status: 'failed',
        error: { code: 'content_policy_violation', type: 'image_generation_user_error' },
      })
      expect(job).not.toHaveProperty('result')
    })
  })

  test('from the cache is a job that is done', async () => {
    await withHttpStand({ providers: [scriptedProvider()] }, async (stand) => {
      await stand.ask('POST', path, { body })
      const answer = await stand.ask('POST', path, later)
      expect(answer.status).toBe(202)
      const job = await jobOf(stand, (await jsonOf(answer)).id)
      expect(job).toMatchObject({ status: 'completed', progress: { attempts: 0 } })
      expect(job.result?.data).toHaveLength(1)
    })
  })

  test('goes on when the caller does not stay', async () => {
    const { play, open } = heldPlay()
    await withHttpStand({ providers: [scriptedProvider({ play })] }, async (stand) => {
      const headers = {
        ...later.headers,
        'x-keeprate-cancel-on-disconnect': 'true',
        connection: 'close',
      }
      const { id } = await jsonOf(stand.ask('POST', path, { body, headers }))
      open()
      expect((await ended(stand, id)).status).toBe('completed')
    })
  })
})

describe('a caller that waits for some seconds', () => {
  const wait = (prefer: string) => ({ headers: { prefer }, body })

  test('has the pictures when they come in time', async () => {
    await withHttpStand({ providers: [scriptedProvider()] }, async (stand) => {
      const answer = await stand.ask('POST', path, wait('wait=30'))
      expect(answer.status).toBe(200)
      expect(answer.headers.get('preference-applied')).toBe('wait=30')
      expect((await jsonOf<{ data: unknown[] }>(answer)).data).toHaveLength(1)
    })
  })

  test('has the job when they do not', async () => {
    const clock = new VirtualClock()
    const { play, open } = heldPlay()
    const acme = scriptedProvider({ play })
    await withHttpStand({ providers: [acme], clock }, async (stand) => {
      const asked = stand.ask('POST', path, wait('respond-async, wait=30'))
      await until(() => acme.calls.length === 1)
      await clock.advance(30_000)
      const answer = await asked
      expect(answer.status).toBe(202)
      expect(answer.headers.get('preference-applied')).toBe('respond-async, wait=30')
      open()
      expect((await ended(stand, (await jsonOf(answer)).id)).status).toBe('completed')
    })
  })

  test('has no stream to wait for', async () => {
    await withHttpStand({ providers: [scriptedProvider()] }, async (stand) => {
      const stream = { ...wait('wait=3'), body: { ...body, stream: true } }
      const answer = await stand.ask('POST', path, stream)
      expect(answer.status).toBe(400)
      expect(await answer.json()).toMatchObject({ error: { param: 'Prefer' } })
    })
  })
})

describe('a job', () => {
  test('of another tenant is as unknown as one that never was', async () => {
    await withHttpStand({ providers: [scriptedProvider()] }, async (stand) => {
      const { id } = await jsonOf(stand.ask('POST', path, later))
      const headers = { authorization: 'Bearer sk-there' }
      const never = id.replace(/.{6}$/, '000000')
      for (const [method, end] of [
        ['GET', ''],
        ['DELETE', ''],
        ['GET', '/events'],
      ] as const) {
        const texts = [id, never, 'nonsense'].map(async (name) => {
          const answer = await stand.ask(method, `/v1/jobs/${name}${end}`, { headers })
          expect(answer.status).toBe(404)
          return (await answer.text()).replaceAll(name, '').replace(/req_\w+/, '')
        })
        expect(new Set(await Promise.all(texts)).size).toBe(1)
      }
    })
  })

  test('is listed by its status, page by page', async () => {
    await withHttpStand({ providers: [scriptedProvider()] }, async (stand) => {
      for (const prompt of ['one', 'two', 'three'])
        await stand.ask('POST', path, { body: { prompt } })
      interface Page {
        readonly data: readonly Job[]
        readonly has_more: boolean
      }
      const page = (query: string) => jsonOf<Page>(stand.ask('GET', `/v1/jobs?${query}`))
      const first = await page('status=completed&limit=2')
      expect([first.data.length, first.has_more]).toEqual([2, true])
      const rest = await page(`status=completed&limit=2&after=${first.data[1]?.id}`)
      expect([rest.data.length, rest.has_more]).toEqual([1, false])
      expect((await page('status=cancelled')).data).toEqual([])
      expect((await stand.ask('GET', '/v1/jobs?status=lost')).status).toBe(400)
    })
  })

  test('that is cancelled before its first call costs nothing', async () => {
    await withHttpStand({ providers: [full()] }, async (stand) => {
      const { id } = await jsonOf(stand.ask('POST', path, later))
      const answer = await stand.ask('DELETE', `/v1/jobs/${id}`)
      expect(answer.status).toBe(200)
      expect(await answer.json()).toMatchObject({
        status: 'cancelled',
        cost: '0',
        cancelled: { images: 1, saved: '0.01' },
        error: { code: 'cancelled' },
      })
      const line = 'keeprate_saved_dollars_total{lever="cancelled",book="real"} 0.01'
      expect(await stand.metrics()).toContain(line)
      expect(await stand.stores.ledger.audit()).toEqual([])
    })
  })

  test('whose call cannot be stopped is cancelling, and ends with its picture', async () => {
    const clock = new VirtualClock()
    const { play, open } = heldPlay()
    const acme = scriptedProvider({ play })
    await withHttpStand({ providers: [acme], clock }, async (stand) => {
      const { id } = await jsonOf(stand.ask('POST', path, later))
      await until(() => acme.calls.length === 1)
      const asked = jsonOf(stand.ask('DELETE', `/v1/jobs/${id}`))
      await until(async () => (await jobOf(stand, id)).status === 'cancelling')
      await clock.advance(1_000)
      expect((await asked).status).toBe('cancelling')
      open()
      expect(await ended(stand, id)).toMatchObject({ status: 'completed', cost: '0.01' })
    })
  })

  test('that has ended stays as it is when it is cancelled', async () => {
    await withHttpStand({ providers: [scriptedProvider()] }, async (stand) => {
      const { id } = await jsonOf(stand.ask('POST', path, later))
      const before = await ended(stand, id)
      const answer = await stand.ask('DELETE', `/v1/jobs/${id}`)
      expect(answer.status).toBe(200)
      const { result: _, ...after } = await jsonOf(answer)
      expect(before).toMatchObject(after)
    })
  })
})

describe('the events of a job', () => {
  test('tell each state once, partial pictures as they come, and end with it', async () => {
    const { play, open } = heldPlay()
    const partial = { index: 0, bytes: new Uint8Array([1, 2, 3]) }
    const gate = Promise.withResolvers<void>()
    const acme = scriptedProvider({
      play: async (call, context, index) => {
        await gate.promise
        context.onPartial?.(partial)
        return play(call, context, index)
      },
    })
    await withHttpStand({ providers: [acme] }, async (stand) => {
      const stream = { ...later, body: { ...body, stream: true, partial_images: 1 } }
      const { id } = await jsonOf(stand.ask('POST', path, stream))
      await until(async () => (await jobOf(stand, id)).progress.attempts === 1)
      const events = await stand.ask('GET', `/v1/jobs/${id}/events`)
      expect(events.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
      const text = events.text()
      gate.resolve()
      open()
      const told = (await text)
        .split('\n\n')
        .filter((block) => block.startsWith('event: '))
        .map((block) => JSON.parse(block.split('\ndata: ')[1] ?? '') as Job & { type: string })
      const types = told.map(({ type }) => type)
      expect(types.toSorted()).toEqual(['job.completed', 'job.partial_image', 'job.updated'])
      expect(types.at(-1)).toBe('job.completed')
      expect(told.find(({ type }) => type === 'job.partial_image')).toMatchObject({
        id,
        partial_image_index: 0,
        b64_json: 'AQID',
      })
      expect(told.at(-1)?.result?.data).toHaveLength(1)
    })
  })

  test('that nobody watches any more stop nothing', async () => {
    const { play, open } = heldPlay()
    const acme = scriptedProvider({ play })
    await withHttpStand({ providers: [acme] }, async (stand) => {
      const headers = { ...later.headers, 'x-keeprate-cancel-on-disconnect': 'true' }
      const { id } = await jsonOf(stand.ask('POST', path, { body, headers }))
      const watching = new AbortController()
      const { signal } = watching
      await stand.ask('GET', `/v1/jobs/${id}/events`, { signal })
      watching.abort()
      open()
      expect((await ended(stand, id)).status).toBe('completed')
    })
  })
})
