import { describe, expect, test } from 'vitest'
import type { Alert } from '../alerts/alert.ts'
import { alertNotice } from '../alerts/alert-notice.ts'
import { pauseAfter, withTry } from './delivery.ts'
import { checkUrl, type Destination, OPERATOR, wants } from './destination.ts'
import { mailMessage } from './mail-message.ts'
import { isNoticeType, isPattern, type Notice } from './notice.ts'
import { noticeBody } from './notice-body.ts'
import { pageEvent } from './page-event.ts'
import { slackMessage } from './slack-message.ts'

const NOON = Date.UTC(2026, 10, 20, 12)
const notice = (changes: Partial<Notice> = {}): Notice => ({
  ...{ type: 'image.completed', tenant: 'a', at: NOON, data: { id: 'req_1' } },
  ...changes,
})
const to = (changes: Partial<Destination> = {}): Destination => ({
  ...{ id: 'whk_1', tenant: 'a', kind: 'webhook', url: 'https://a.example', events: ['*'] },
  ...{ source: 'api', generation: 1, createdAt: NOON },
  ...changes,
})
const warns = (severity: string): Notice => notice({ type: 'alert.zero_cost', data: { severity } })

test.each([
  ['of its own tenant', to(), notice(), true],
  ['of another tenant', to({ tenant: 'b' }), notice(), false],
  ['of the operator alone', to(), notice({ tenant: undefined as never }), false],
  ['the operator hears of all', to({ tenant: OPERATOR }), notice(), true],
  ['a filter that matches', to({ events: ['batch.completed', 'image.*'] }), notice(), true],
  ['a filter that does not', to({ events: ['image.failed'] }), notice(), false],
  ['disabled', to({ disabledAt: NOON }), notice(), false],
  ['below its severity', to({ leastSeverity: 'critical' }), warns('warning'), false],
  ['at its severity', to({ leastSeverity: 'warning' }), warns('warning'), true],
  ['without a severity', to({ leastSeverity: 'critical' }), notice(), true],
] as const)('who is told: %s', (_, destination, told, expected) => {
  expect(wants(destination, told)).toBe(expected)
})

test('filters and types are those that exist', () => {
  for (const text of ['*', 'image.*', 'image.completed', 'alert.*', 'alert.zero_cost']) {
    expect([text, isPattern(text)]).toEqual([text, true])
  }
  for (const text of ['', 'image', 'images.*', 'image.done', '*.*', 'IMAGE.*', 'alert.;']) {
    expect([text, isPattern(text)]).toEqual([text, false])
  }
  expect(['image.failed', 'alert.x', 'image.*', 'alert.'].map(isNoticeType)).toEqual([
    ...[true, true, false, false],
  ])
})

test('an address must be https and name nobody, unless its origin is allowed', () => {
  const allowed = ['http://localhost:3000']
  const flawOf = (url: string): string => {
    try {
      checkUrl('url', url, allowed)
      return ''
    } catch (error) {
      return String(error)
    }
  }
  expect(['https://a.example/x?y', 'http://localhost:3000/hook'].map(flawOf)).toEqual(['', ''])
  expect(flawOf('http://a.example')).toContain('must be https')
  expect(flawOf('http://localhost:3001')).toContain('must be https')
  expect(flawOf('https://me:secret@a.example')).toContain('user name')
  expect(flawOf('https://a.example/#x')).toContain('fragment')
  expect(flawOf('nowhere')).toContain('is not a URL')
  expect(flawOf(`https://a.example/${'x'.repeat(2_048)}`)).toContain('2048 characters')
})

test('pauses grow over three days, with up to a tenth more, and as long as was asked', () => {
  const pauses = Array.from({ length: 10 }, (_, tries) => pauseAfter(tries, { chance: 0 }))
  expect(pauses.slice(0, 4)).toEqual([0, 5_000, 300_000, 1_800_000])
  const all = pauses.reduce<number>((sum, pause) => sum + (pause ?? 0), 0)
  expect(all).toBeGreaterThan(3 * 86_400_000)
  expect(pauseAfter(10, { chance: 0 })).toBeUndefined()
  expect(pauseAfter(1, { chance: 1 })).toBe(5_500)
  expect(pauseAfter(1, { chance: 0, retryAfterMs: 60_000 })).toBe(60_000)
  expect(pauseAfter(1, { chance: 0, retryAfterMs: 1e12 })).toBe(86_400_000)
  const one = { at: NOON, result: 500, durationMs: 1 }
  expect(withTry(Array(20).fill(one), { ...one, result: 204 }).map(({ result }) => result)).toEqual(
    [...Array(19).fill(500), 204],
  )
})

test('a body stays below 20 kB, and says what had no room', () => {
  const data = { id: 'req_1', tags: { a: 'ü'.repeat(12_000) }, images: [{ id: 'img_1' }] }
  const body = noticeBody(notice({ data }), (id) => `https://here/${id}`)
  expect(new TextEncoder().encode(JSON.stringify(body)).length).toBeLessThan(20_000)
  expect(body.data).toEqual({
    ...{ id: 'req_1', images: [{ id: 'img_1', url: 'https://here/img_1' }], omitted: ['tags'] },
  })
})

describe('an alert', () => {
  const alert: Alert = {
    ...{ kind: 'provider_down', severity: 'critical', subject: 'acme', at: NOON },
    ...{ text: 'acme <fails> & waits\r\nBcc: x', data: { cause: 'failures' } },
  }
  const ended: Alert = { ...alert, kind: 'provider_up', ends: 'provider_down\nacme' }

  test('pages somebody, and its end resolves the same incident', () => {
    const event = pageEvent(alertNotice(alert), 'key')
    expect(event).toMatchObject({
      ...{ routing_key: 'key', event_action: 'trigger', dedup_key: 'provider_down:acme' },
      payload: { source: 'keeprate', severity: 'critical', component: 'acme' },
    })
    expect(pageEvent(alertNotice(ended), 'key')).toMatchObject({
      ...{ event_action: 'resolve', dedup_key: 'provider_down:acme' },
    })
  })

  test('in a chat is text and no markup', () => {
    const { text } = slackMessage(alertNotice(alert))
    expect(text).toContain(':rotating_light: *provider.down* acme &lt;fails&gt; &amp; waits')
  })

  test('in a mail adds no header', () => {
    const { subject, text } = mailMessage(alertNotice(alert))
    expect(subject).toBe('[keeprate critical] acme <fails> & waits Bcc: x')
    expect(text).toContain('"cause": "failures"')
  })
})
