import { describe, expect, test } from 'vitest'
import type { Provider } from '../src/ports/provider.ts'
import { until } from '../src/testing/gateway-stand.ts'
import { scriptedProvider } from '../src/testing/scripted-provider.ts'
import { VirtualClock } from '../src/testing/virtual-clock.ts'
import { type HttpStand, withHttpStand } from './http-stand.ts'

const path = '/v1/images/generations'
const body = { prompt: 'a cup', model: 'auto' }
const later = { headers: { prefer: 'respond-async' }, body }

interface Job {
  readonly id: string
  readonly status: string
}

const jsonOf = async <Value = Job>(answer: Response | Promise<Response>): Promise<Value> =>
  (await (await answer).json()) as Value

/** A provider that has no room for any call. */
const full = (): Provider => ({ ...scriptedProvider(), limits: { parallelCalls: 0 } })

/** Its end, however much time has to pass until then. */
const ended = (stand: HttpStand, id: string): Promise<Job> =>
  until(async () => {
    await stand.clock.advance(500)
    const job = await jsonOf(stand.ask('GET', `/v1/jobs/${id}`))
    return ['completed', 'failed', 'cancelled'].includes(job.status) ? job : undefined
  })

describe('a job that waits for its turn', () => {
  test('is begun at its time, and asked for once under one name', async () => {
    const acme = scriptedProvider()
    const clock = new VirtualClock()
    await withHttpStand({ providers: [acme], clock }, async (stand) => {
      const notBefore = new Date(clock.now() + 3_600_000).toISOString()
      const headers = {
        ...later.headers,
        'x-keeprate-not-before': notBefore,
        'idempotency-key': 'tonight',
      }
      const asked = await stand.ask('POST', path, { body, headers })
      expect(asked.status).toBe(202)
      const { id, ...job } = await jsonOf(asked)
      expect(job).toMatchObject({ status: 'queued', due_at: notBefore, priority: 'normal' })
      const again = await stand.ask('POST', path, { body, headers })
      expect([again.headers.get('idempotent-replayed'), (await jsonOf(again)).id]).toEqual([
        'true',
        id,
      ])
      const other = { body: { ...body, prompt: 'another' }, headers }
      expect((await stand.ask('POST', path, other)).status).toBe(422)
      await clock.advance(3_601_000)
      expect(await ended(stand, id)).toMatchObject({ status: 'completed', cost: '0.01', tries: 1 })
      expect(acme.calls).toHaveLength(1)
    })
  })

  test.each([
    [
      'a time without a zone',
      { 'x-keeprate-not-before': '2026-12-01T03:00:00' },
      'x-keeprate-not-before',
    ],
    ['an unknown priority', { 'x-keeprate-priority': 'urgent' }, 'x-keeprate-priority'],
    ['a model that nobody has', { 'x-keeprate-priority': '3' }, 'model', 404],
  ])('is refused at once for %s', async (claim, headers, param, status = 400) => {
    await withHttpStand({ providers: [scriptedProvider()] }, async (stand) => {
      const model = claim.startsWith('a model') ? { model: 'nobody/nothing' } : {}
      const asked = { body: { ...body, ...model }, headers: { ...later.headers, ...headers } }
      const answer = await stand.ask('POST', path, asked)
      expect(answer.status).toBe(status)
      expect(await answer.json()).toMatchObject({ error: { param } })
    })
  })

  test('is not waited for', async () => {
    await withHttpStand({ providers: [scriptedProvider()] }, async (stand) => {
      const headers = { 'x-keeprate-not-before': '2036-12-01T03:00:00Z' }
      const answer = await stand.ask('POST', path, { body, headers })
      expect(await answer.json()).toMatchObject({ error: { param: 'x-keeprate-not-before' } })
    })
  })

  test('ends with its group, which is cancelled in one call', async () => {
    await withHttpStand({ providers: [full()] }, async (stand) => {
      const ids: string[] = []
      for (const [prompt, priority] of [
        ['one', 'low'],
        ['two', 'high'],
        ['three', 'low'],
      ] as const) {
        const headers = {
          ...later.headers,
          'x-keeprate-group': 'page',
          'x-keeprate-priority': priority,
        }
        ids.push((await jsonOf(stand.ask('POST', path, { body: { prompt }, headers }))).id)
      }
      // Some clients name a type though there is no body.
      const headers = { 'content-type': 'application/json' }
      const answer = await stand.ask('DELETE', '/v1/jobs?group=page', { headers })
      expect(await answer.json()).toEqual({
        ...{ object: 'job.group', group: 'page' },
        ...{ cancelling: 3, cancelled: 3, saved: '0.03' },
      })
      for (const id of ids) {
        const job = await ended(stand, id)
        expect(job).toMatchObject({ status: 'cancelled', cost: '0', cancelled: { saved: '0.01' } })
      }
      expect((await stand.ask('DELETE', '/v1/jobs')).status).toBe(400)
      const there = { headers: { authorization: 'Bearer sk-there' } }
      const none = await stand.ask('DELETE', '/v1/jobs?group=page', there)
      expect(await none.json()).toMatchObject({ cancelling: 0, cancelled: 0, saved: '0' })
    })
  })
})
