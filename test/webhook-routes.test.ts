import { Webhook } from 'standardwebhooks'
import { describe, expect, test } from 'vitest'
import type { Alert } from '../src/core/alerts/alert.ts'
import { normaliseRequest } from '../src/core/request/normalise.ts'
import { DAY_MS } from '../src/core/time.ts'
import { lookForAlarms } from '../src/gateway/alarm-loop.ts'
import { AlertBook } from '../src/gateway/alert-book.ts'
import { AlertDesk } from '../src/gateway/alert-desk.ts'
import { scriptedProvider } from '../src/testing/scripted-provider.ts'
import { type HttpStand, withHttpStand } from './http-stand.ts'

type Answer = Record<string, unknown> & { readonly data: readonly Record<string, unknown>[] }

const there = { headers: { authorization: 'Bearer sk-there' } }
const admin = { headers: { authorization: 'Bearer sk-admin' } }
const NOBODY = 'http://127.0.0.1:9'

const withStand = (use: (stand: HttpStand) => Promise<void>) =>
  withHttpStand({ providers: [scriptedProvider()], privateOrigins: [NOBODY] }, use)

async function call(
  stand: HttpStand,
  words: string,
  more: Parameters<HttpStand['ask']>[2] = {},
): Promise<Answer & { readonly status_: number }> {
  const [method = '', path = ''] = words.split(' ')
  const answer = await stand.ask(method, path, more)
  return { ...((await answer.json()) as Answer), status_: answer.status }
}

describe('webhooks', () => {
  test('are made, changed, rotated and removed by their own tenant; secrets are shown once', () =>
    withStand(async (stand) => {
      const body = { url: 'https://example.com/hook', events: ['image.*'] }
      const made = await call(stand, 'POST /v1/webhooks', { body })
      expect(made).toMatchObject({ ...body, object: 'webhook', enabled: true, source: 'api' })
      expect(() => new Webhook(String(made.secret))).not.toThrow()
      const own = `/v1/webhooks/${made.id}`
      const seen = await call(stand, `GET ${own}`)
      expect(seen.secret).toBeUndefined()
      const listed = await call(stand, 'GET /v1/webhooks')
      expect(listed.data.map(({ id }) => id)).toEqual([made.id])
      expect(JSON.stringify(listed)).not.toContain(String(made.secret))
      for (const words of [`GET ${own}`, `DELETE ${own}`]) {
        expect((await call(stand, words, there)).status_).toBe(404)
      }
      expect((await call(stand, 'GET /v1/webhooks', there)).data).toEqual([])
      const rotated = await call(stand, `POST ${own}/rotate`, { body: { overlap: '1h' } })
      expect(rotated.secret).not.toBe(made.secret)
      expect(rotated.previous_secret_until).toBe('2026-11-20T13:00:00.000Z')
      const off = await call(stand, `POST ${own}`, { body: { enabled: false, events: ['*'] } })
      expect(off).toMatchObject({ enabled: false, disabled_reason: 'asked', events: ['*'] })
      expect((await call(stand, `DELETE ${own}`)).deleted).toBe(true)
      expect((await call(stand, `GET ${own}`)).status_).toBe(404)
    }))

  test('that are wrong are refused by name', () =>
    withStand(async (stand) => {
      for (const [body, param] of [
        [{ url: 'http://example.com' }, 'url'],
        [{ url: 'https://example.com', events: ['image.done'] }, 'events'],
        [{ url: 'https://example.com', events: [] }, 'events'],
        [{ events: ['*'] }, 'url'],
        [{ url: 'https://example.com', secret: 'x' }, 'secret'],
      ] as const) {
        const answer = await call(stand, 'POST /v1/webhooks', { body })
        expect([answer.status_, (answer.error as { param: string }).param]).toEqual([400, param])
      }
    }))

  test('of all tenants need the operator, who alone sees them', () =>
    withStand(async (stand) => {
      const body = { url: 'https://example.com', all_tenants: true }
      expect((await call(stand, 'POST /v1/webhooks', { body })).status_).toBe(403)
      const made = await call(stand, 'POST /v1/webhooks', { body, ...admin })
      expect(made).toMatchObject({ all_tenants: true })
      expect((await call(stand, 'GET /v1/webhooks')).data).toEqual([])
      expect((await call(stand, 'GET /v1/webhooks', admin)).data).toHaveLength(1)
    }))

  test('a request may name its own, if that may be called', () =>
    withStand(async (stand) => {
      const ask = (webhook: string) =>
        call(stand, 'POST /v1/images/generations', {
          headers: { 'x-keeprate-webhook': webhook },
          body: { prompt: 'a cup' },
        })
      const refused = await ask('http://169.254.169.254/latest')
      expect([refused.status_, refused.error]).toMatchObject([400, { param: 'x-keeprate-webhook' }])
      expect((await ask(`${NOBODY}/own`)).status_).toBe(200)
      const { data } = await call(stand, 'GET /v1/webhooks/deliveries')
      expect(data).toMatchObject([
        { type: 'image.completed', status: 'pending', url: `${NOBODY}/own`, webhook_id: null },
      ])
      const id = data[0]?.id
      expect((await call(stand, 'GET /v1/webhooks/deliveries', there)).data).toEqual([])
      const replayed = await call(stand, `POST /v1/webhooks/deliveries/${id}/replay`)
      expect(replayed).toMatchObject({ id, status: 'pending' })
      const foreign = await call(stand, `POST /v1/webhooks/deliveries/${id}/replay`, there)
      expect(foreign.status_).toBe(404)
    }))
})

test('events are heard as they happen, by their own tenant', () =>
  withStand(async (stand) => {
    const over = new AbortController()
    const { signal } = over
    const [own, foreign] = await Promise.all([
      stand.ask('GET', '/v1/events?events=image.*', { signal }),
      stand.ask('GET', '/v1/events', { ...there, signal }),
    ])
    const read = async ({ body }: Response, count: number): Promise<string> => {
      const reader = body!.pipeThrough(new TextDecoderStream()).getReader()
      let text = ''
      while (text.split('event: ').length <= count) text += (await reader.read()).value ?? ''
      return text
    }
    await call(stand, 'POST /v1/webhooks/trigger', { body: { type: 'batch.completed' } })
    await call(stand, 'POST /v1/images/generations', { body: { prompt: 'a cup' } })
    await call(stand, 'POST /v1/webhooks/trigger', { body: { type: 'image.failed' }, ...there })
    const heard = await read(own, 2)
    const [, id = ''] =
      /id: (evt_\w+)\nevent: image.completed\ndata: \{"type":"image/.exec(heard) ?? []
    expect(heard).toMatch(/content\?expires=\d+&signature=/)
    const [first, second] = (await read(foreign, 2)).split('\n\n')
    const [, begun = ''] = /^id: (evt_\w+)\nevent: listening\n/.exec(first ?? '') ?? []
    expect(second).toMatch(/^id: \w+\nevent: image.failed\n/)
    const goOn = (cursor: string) =>
      stand.ask('GET', '/v1/events', { headers: { 'last-event-id': cursor }, signal })
    // Who was cut off before the first event has a place to go on from as well.
    expect(await read(await goOn(begun), 2)).toContain('event: image.completed')
    // The last seconds come again, but not the event itself.
    const again = await read(await goOn(id), 1)
    expect([again.includes('event: batch.completed'), again.includes(id)]).toEqual([true, false])
    expect([(await goOn('evt_1')).status, (await goOn('')).status]).toEqual([400, 200])
    over.abort()
    const bad = await call(stand, 'POST /v1/webhooks/trigger', { body: { type: 'image.done' } })
    expect(bad.status_).toBe(400)
  }))

describe('alerts', () => {
  /** A day of thirty pictures, of which so many are accepted. */
  async function day({ gateway, clock, stores }: HttpStand, accepted: number, index: number) {
    for (const request of [0, 1, 2]) {
      const asked = { prompt: `day ${index} ${request}`, purpose: 'hero', n: 10 } as const
      const made = await gateway.generate(normaliseRequest({ operation: 'generate', ...asked }), {
        ...{ tenant: 'here', keyId: 'key_here' },
      })
      made.release()
      for (const [place, { record }] of made.images.entries()) {
        await stores.feedback.put({
          ...{ imageId: record.id, requestId: made.requestId, tenant: 'here', rater: 'ann' },
          ...{ isAccepted: request * 10 + place < accepted, at: clock.now() },
        })
      }
    }
    await clock.advance(DAY_MS)
  }

  test('ring when fewer pictures are accepted, end when it is over, and can be previewed', () =>
    withStand(async (stand) => {
      const { gateway, clock, stores } = stand
      for (let index = 0; index < 7; index += 1) await day(stand, 27, index)
      await day(stand, 9, 7)
      const told: Alert[] = []
      const notifier = {
        notify: (alert: Alert) => {
          told.push(alert)
        },
        close: () => Promise.resolve(),
      }
      const { deps } = gateway
      const book = new AlertBook({ ...deps, store: stores.alerts, notifier })
      const alerts = new AlertDesk(book, () => clock.now())
      const look = async () => {
        await lookForAlarms({ ...deps, rules: deps.alertRules, book, alerts })
        await book.close()
      }
      await look()
      await look()
      expect(told.map(({ kind, subject }) => [kind, subject])).toEqual([
        ['cost_drift', 'acme/hero'],
        ['acceptance_drop', 'acme/hero'],
      ])
      expect(told[1]?.text).toContain('30 % of the pictures of acme/hero are accepted, 90 %')
      const open = await call(stand, 'GET /v1/alerts?status=open', admin)
      expect(open.data.map(({ kind }) => kind).toSorted()).toEqual([
        'acceptance_drop',
        'cost_drift',
      ])
      const preview = await call(stand, 'GET /v1/alerts?preview=rules', admin)
      const previewed = preview.data.map(({ kind, text }) => [kind, text])
      expect(previewed).toEqual(told.map(({ kind, text }) => [kind, text]))
      const other = 'cost_drift:9,acceptance_drop:0.9,cost_per_accepted:0.001'
      const otherwise = await call(stand, `GET /v1/alerts?preview=${other}`, admin)
      expect(new Set(otherwise.data.map(({ kind }) => kind))).toEqual(
        new Set(['cost_per_accepted']),
      )
      expect((await call(stand, 'GET /v1/alerts?preview=x:1', admin)).status_).toBe(400)
      expect((await call(stand, 'GET /v1/alerts')).status_).toBe(403)
      await clock.advance(DAY_MS)
      await look()
      expect(
        told
          .slice(2)
          .map(({ kind, ends }) => [kind, ends])
          .toSorted(),
      ).toEqual([
        ['recovered', 'acceptance_drop\nacme/hero'],
        ['recovered', 'cost_drift\nacme/hero'],
      ])
    }))
})
