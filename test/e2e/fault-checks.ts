import { expect } from 'vitest'
import { nanoFromDollars } from '../../src/core/money.ts'
import { checkStructure } from '../../src/core/quality/image-header.ts'
import type { Fault } from '../../src/providers/shared/emulator.ts'
import { type BilledStand, receiptOf } from './billed-stand.ts'
import { type Answer, jsonOf } from './exchange.ts'
import { chargedInSecret, type End } from './fault-ends.ts'
import { shapeFlaws } from './openai-shapes.ts'
import { isOneColour } from './pictures.ts'

const STATUSES: Readonly<Record<string, number>> = {
  content_policy_violation: 400,
  invalid_request: 400,
  rate_limit_exceeded: 429,
  no_provider_available: 503,
}

/** Longest time a caller is ever asked to wait. */
const LONGEST_WAIT_SECONDS = 3_600

/** A request that meets a fault: `<fault>`, or `<fault>@<provider>`. */
export const faultyBody = (model: string, word: string, n = 1) => ({
  model,
  prompt: `a cup sandbox:${word}`,
  size: '1024x1024',
  quality: 'low',
  n,
})

/** An answer of either kind as one of JSON: of a stream the last event counts. */
export function unstreamed(answer: Answer): Answer {
  if (!answer.headers['content-type']?.startsWith('text/event-stream')) return answer
  const lines = answer.body.toString('utf8').split('\n')
  const events = lines.flatMap((line) =>
    line.startsWith('data: ') ? [JSON.parse(line.slice(6)) as StreamEvent] : [],
  )
  const last = events.at(-1)
  const { keeprate, error, ...picture } = last ?? {}
  const body = error === undefined ? { created: picture.created_at, data: [picture] } : { error }
  const status = error === undefined ? answer.status : STATUSES[error.code]
  return {
    status: status ?? 0,
    // What a stream says in its events only.
    headers: { ...answer.headers, 'x-keeprate-cost': keeprate?.cost ?? '', ...NO_ADVICE },
    body: Buffer.from(JSON.stringify(body)),
  }
}

/** Nobody reads headers of what has begun: to send it again is a new request. */
const NO_ADVICE = { 'x-should-retry': 'false' }

interface StreamEvent {
  readonly created_at?: number
  readonly error?: { readonly code: string }
  readonly keeprate?: { readonly cost: string }
}

/** Every picture of a good answer is whole, of the right size, and shows something. */
export async function expectGood(answer: Answer, n: number): Promise<void> {
  const body = jsonOf(answer)
  expect(answer.status, JSON.stringify(body).slice(0, 500)).toBe(200)
  expect(shapeFlaws('ImagesResponse', body)).toEqual([])
  const data = body.data as readonly { readonly b64_json: string }[]
  expect(data).toHaveLength(n)
  for (const { b64_json } of data) {
    const bytes = Buffer.from(b64_json, 'base64')
    const header = { width: 1024, height: 1024 }
    expect(checkStructure(bytes)).toMatchObject({ ok: true, header })
    expect(await isOneColour(bytes)).toBe(false)
  }
}

/** The answer is the end that the fault must have. */
export async function expectEnd(answer: Answer, end: End, n: number): Promise<void> {
  if (end === 'good or no_provider_available') {
    return expectEnd(answer, answer.status === 200 ? 'good' : 'no_provider_available', n)
  }
  if (end === 'good') return expectGood(answer, n)
  if (end === 'fewer') {
    await expectGood(answer, n - 1)
    expect(answer.headers['x-keeprate-warnings']).toContain('fewer_images')
    return
  }
  const body = jsonOf(answer) as { readonly error?: { readonly code: string } }
  const { code } = body.error ?? {}
  expect({ status: answer.status, code }).toEqual({ status: STATUSES[end], code: end })
  expect(shapeFlaws('ErrorResponse', body)).toEqual([])
  expect(JSON.stringify(body)).not.toMatch(/key-of-|\\n/)
  const isFree = answer.headers['x-keeprate-cost'] === '0'
  const canImprove = end === 'rate_limit_exceeded' || end === 'no_provider_available'
  if (!isFree || !canImprove) expect(answer.headers['x-should-retry']).toBe('false')
  expect(Number(answer.headers['retry-after'] ?? 0)).toBeLessThanOrEqual(LONGEST_WAIT_SECONDS)
}

/** What is booked is what was billed, or says itself that it is a guess; nothing bad is served. */
export async function expectBooked(
  stand: BilledStand,
  answer: Answer,
  meeting: { readonly billed: bigint; readonly fault: Fault },
): Promise<void> {
  const isGood = answer.status === 200
  const receipt = await receiptOf(stand, answer)
  expect(receipt.status).toBe(isGood ? 'completed' : 'failed')
  const costs = receipt.attempts.map(({ cost }) => nanoFromDollars(cost))
  const booked = costs.reduce((sum, cost) => sum + cost, 0n)
  expect(nanoFromDollars(receipt.cost)).toBe(booked)
  expect(answer.headers['x-keeprate-cost']).toBe(receipt.cost)
  const bases = receipt.attempts.map(({ cost_basis }) => cost_basis)
  for (const basis of bases) expect(basis).toMatch(/^(book|reported|suspected|not_billed)$/)
  const isKnown = !bases.includes('suspected') && !chargedInSecret.includes(meeting.fault)
  if (isKnown) expect(booked).toBe(meeting.billed)
  for (const { id, status, url } of receipt.images) {
    if (url !== undefined) expect(isGood).toBe(true)
    else expect([status, (await stand.get(`/v1/images/${id}/content`)).status]).toEqual(REFUSED)
  }
}

const REFUSED = ['refused', 404]
