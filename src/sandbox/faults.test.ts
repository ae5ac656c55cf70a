import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  defineEmulator,
  type EmulatorAnswer,
  type Fault,
  faults,
} from '../providers/shared/emulator.ts'
import { deliveryFaults, edgeAnswer, isServerFault } from './faults.ts'
import { type Sandbox, startSandbox } from './server.ts'

/** What the emulator answers to everything it is not asked to spoil. */
const BODY = '{"picture":"abc"}'

const alpha = defineEmulator({
  id: 'alpha',
  basePath: '',
  async handle(request, kit): Promise<EmulatorAnswer> {
    const { prompt } = JSON.parse(Buffer.from(request.body).toString())
    const fault = kit.fault(request, prompt)
    if (fault === 'rate-limit') return { status: 429, headers: { 'retry-after': '2' }, body: '{}' }
    if (fault === 'overloaded') return { status: 503, body: '{}' }
    kit.bill({ model: 'm', images: 1, dollars: '0.04', requestId: kit.hexId(8) })
    return { status: 200, headers: { 'content-type': 'application/json' }, body: BODY }
  },
})

let now = 0
let sandbox: Sandbox

beforeEach(async () => {
  now = 1_800_000_000_000
  const clock = { now: () => now, sleep: () => Promise.resolve() }
  sandbox = await startSandbox({ emulators: [alpha], speed: 1, seed: 1, clock })
})
afterEach(() => sandbox.close())

const ask = (prompt: string) =>
  fetch(`${sandbox.baseUrl('alpha')}/x`, { method: 'POST', body: JSON.stringify({ prompt }) })

describe('answers of something before the provider', () => {
  test.each([
    ['bad-gateway', 502, 'text/html'],
    ['region-blocked', 403, 'application/json'],
    ['request-timeout', 408, 'application/json'],
    ['conflict', 409, 'application/json'],
    ['too-large', 413, 'application/json'],
    ['unprocessable', 422, 'application/json'],
    ['too-early', 425, 'application/json'],
  ])('%s: %i, not billed', async (fault, status, type) => {
    const answer = await ask(`sandbox:${fault}`)
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toContain(type)
    expect(sandbox.bill()).toEqual([])
  })

  test('flapping: seven seconds up, seven seconds down', async () => {
    const seen: number[] = []
    for (let second = 0; second < 28; second += 1) {
      seen.push((await ask('sandbox:flapping')).status)
      now += 1_000
    }
    const changes = seen.flatMap((status, second) =>
      second > 0 && status !== seen[second - 1] ? [second] : [],
    )
    expect(new Set(seen)).toEqual(new Set([200, 503]))
    expect(changes.slice(1).every((second, index) => second - changes[index]! === 7)).toBe(true)
    expect(sandbox.bill()).toHaveLength(14)
  })
})

describe('answers that are changed on their way', () => {
  test('html: a page with status 200, billed', async () => {
    const answer = await ask('sandbox:html')
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      200,
      'text/html; charset=utf-8',
    ])
    expect(await answer.text()).toMatch(/^<!doctype html>/)
    expect(sandbox.bill()).toHaveLength(1)
  })

  test('gateway-timeout-billed: 504 after the work', async () => {
    expect((await ask('sandbox:gateway-timeout-billed')).status).toBe(504)
    expect(sandbox.bill()).toHaveLength(1)
  })

  test('the waits that refusals ask for: in seconds, by date, absurd, none', async () => {
    const waits = await Promise.all(
      ['rate-limit', 'rate-limit-date', 'rate-limit-absurd', 'rate-limit-bare'].map(
        async (fault) => {
          const { status, headers } = await ask(`sandbox:${fault}`)
          return [status, headers.get('retry-after')]
        },
      ),
    )
    const date = new Date(now + 30_000).toUTCString()
    expect(waits).toEqual([
      [429, '2'],
      [429, date],
      [429, '31536000'],
      [429, null],
    ])
    const overloaded = await ask('sandbox:overloaded-retry-after')
    expect([overloaded.status, overloaded.headers.get('retry-after')]).toEqual([503, '30'])
    expect(sandbox.bill()).toEqual([])
  })

  test('deprecated-model: the picture, and a date after which there is none', async () => {
    const answer = await ask('sandbox:deprecated-model')
    expect(answer.headers.get('deprecation')).toBe('@1800000000')
    expect(answer.headers.get('sunset')).toBe(new Date(now + 2_592_000_000).toUTCString())
    expect(await answer.text()).toBe(BODY)
  })
})

test('the documents name every fault', () => {
  const text = readFileSync(new URL('../../docs/faults.md', import.meta.url), 'utf8')
  expect(faults.filter((fault) => !text.includes(`\`${fault}\``))).toEqual([])
})

test('every fault that emulators do not play is made by the server, and no other', () => {
  const made = faults.filter(isServerFault)
  expect(made).toEqual(expect.arrayContaining([...deliveryFaults]))
  const own: readonly Fault[] = [
    'moderate-input',
    'blank',
    'job-stuck',
    'link-expired',
    'overloaded',
  ]
  expect(made.filter((fault) => own.includes(fault))).toEqual([])
  const appended = faults.slice(faults.indexOf('reset-in-headers'))
  expect(appended.filter((fault) => !isServerFault(fault))).toEqual([])
  expect(edgeAnswer('blank', 0)).toBeUndefined()
})
