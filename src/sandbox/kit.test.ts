import { describe, expect, test } from 'vitest'
import type { Drawing, EmulatorRequest } from '../providers/shared/emulator.ts'
import { createBillBook } from './bill-book.ts'
import { draw } from './draw.ts'
import { createFaultDesk } from './fault-desk.ts'
import { contentDigest, createKit, type EmulatorMemory, latencySpread } from './kit.ts'
import { seededDraw } from './seeded.ts'
import { TruthBook } from './truth.ts'

const requestOf = (body: string, contentType = 'application/json'): EmulatorRequest => ({
  method: 'POST',
  path: '/v1/pictures',
  query: new URLSearchParams(),
  headers: { 'content-type': contentType },
  body: Buffer.from(body),
  baseUrl: 'http://127.0.0.1/x',
  signal: new AbortController().signal,
})

function makeContext(speed = 1) {
  const slept: number[] = []
  const closing = new AbortController()
  const clock = {
    now: () => 1_000,
    sleep: async (durationMs: number, signal: AbortSignal) => {
      signal.throwIfAborted()
      slept.push(durationMs)
    },
  }
  const desk = createFaultDesk({}, seededDraw(1), () => 0)
  const context = {
    ...{
      clock,
      speed,
      seed: 1,
      desk,
      book: createBillBook(),
      truth: new TruthBook(),
      closing: closing.signal,
    },
    draw: (drawing: Drawing) => draw(drawing, 'rich'),
  }
  const memory: EmulatorMemory = { state: new Map(), random: seededDraw(2), slowed: 0 }
  return { context, memory, slept, closing }
}

describe('latency', () => {
  test('is the same for the same request, divided by the speed', async () => {
    const { context, memory, slept } = makeContext()
    const fast = makeContext(10)
    const request = requestOf('a fox')
    await createKit(context, 'alpha', memory, request, undefined).latency(8)
    await createKit(context, 'alpha', memory, request, undefined).latency(8)
    await createKit(fast.context, 'alpha', fast.memory, request, undefined).latency(8)
    expect(slept[0]).toBe(slept[1])
    expect(fast.slept[0]).toBeCloseTo(slept[0]! / 10, 9)
  })

  test('spreads over requests around the typical time, and never far from it', () => {
    const spreads = Array.from({ length: 2_001 }, (_, index) => latencySpread(`prompt ${index}`))
    const sorted = spreads.toSorted((a, b) => a - b)
    expect(sorted[1_000]).toBeCloseTo(1, 1)
    expect(sorted[0]).toBeGreaterThan(0.45)
    expect(sorted[1_900]).toBeGreaterThan(1.3)
    expect(sorted[2_000]).toBeLessThan(2.2)
  })

  test('fails when its signal aborts, and is forgotten when the sandbox closes', async () => {
    const { context, memory, closing } = makeContext()
    const kit = createKit(context, 'alpha', memory, requestOf('a fox'), undefined)
    await expect(kit.latency(8, AbortSignal.abort(new Error('left')))).rejects.toThrow('left')
    closing.abort(new Error('closed'))
    let hasEnded = false
    const end = () => {
      hasEnded = true
    }
    kit.latency(8).then(end, end)
    await new Promise((resolve) => setImmediate(resolve))
    expect(hasEnded).toBe(false)
  })

  test('grows from request to request under slow-down, and falls back after it', async () => {
    const { context, memory, slept } = makeContext()
    for (const fault of [undefined, 'slow-down', 'slow-down', undefined] as const) {
      await createKit(context, 'alpha', memory, requestOf('a fox'), fault).latency(8)
    }
    const ratios = slept.map((durationMs) => Number((durationMs / slept[0]!).toFixed(6)))
    expect(ratios).toEqual([1, 1.25, 1.5, 1])
  })
})

test('a form has one digest whatever its boundary, and another when its content differs', () => {
  const form = (boundary: string, prompt: string) =>
    requestOf(
      `--${boundary}\r\ncontent-disposition: form-data; name="prompt"\r\n\r\n${prompt}\r\n` +
        `--${boundary}--\r\n`,
      `multipart/form-data; boundary=${boundary}`,
    )
  expect(contentDigest(form('one', 'a fox'))).toBe(contentDigest(form('another', 'a fox')))
  expect(contentDigest(form('one', 'a fox'))).not.toBe(contentDigest(form('one', 'a cat')))
})

test('same-image draws what was drawn last, in the new size', async () => {
  const { context, memory } = makeContext()
  const drawing = { seed: 1, width: 64, height: 64, format: 'png' } as const
  const first = createKit(context, 'alpha', memory, requestOf(''), undefined)
  const second = createKit(context, 'alpha', memory, requestOf(''), 'same-image')
  const fox = await first.draw({ ...drawing, prompt: 'a fox' })
  expect(await second.draw({ ...drawing, prompt: 'a cat' })).toEqual(fox)
  expect(await first.draw({ ...drawing, prompt: 'a cat' })).not.toEqual(fox)
})

test('a request uses up one order of faults however often its emulator asks', () => {
  const { context, memory } = makeContext()
  context.desk.add({ fault: 'blank', share: 1, count: 1 })
  const request = requestOf('a fox')
  const kit = createKit(context, 'alpha', memory, request, undefined)
  expect([kit.fault(request, 'a fox'), kit.fault(request, 'a fox')]).toEqual(['blank', 'blank'])
  const next = createKit(context, 'alpha', memory, request, undefined)
  expect(next.fault(request, 'a fox')).toBeUndefined()
})

test('an emulator never sees a fault that the server makes, but plays the refusal it needs', () => {
  const { context, memory } = makeContext()
  const request = requestOf('sandbox:hang')
  expect(createKit(context, 'alpha', memory, request, 'hang').fault(request, 'sandbox:hang')).toBe(
    undefined,
  )
  const limited = createKit(context, 'alpha', memory, request, 'rate-limit-date')
  expect(limited.fault(request, 'a fox')).toBe('rate-limit')
})

test('a bill that is no amount of money is an error', () => {
  const { context, memory } = makeContext()
  const kit = createKit(context, 'alpha', memory, requestOf(''), undefined)
  const entry = { model: 'm', images: 1, requestId: 'r' }
  expect(() => kit.bill({ ...entry, dollars: '1e-3' })).toThrow()
  expect(() => kit.bill({ ...entry, dollars: '-0.1' })).toThrow(RangeError)
  expect(() => kit.bill({ ...entry, dollars: '0.1', images: 0.5 })).toThrow(RangeError)
  kit.bill({ ...entry, dollars: '0.1' })
  expect(context.book.entries()).toEqual([
    { ...entry, dollars: '0.1', provider: 'alpha', at: 1_000 },
  ])
})
