import { createSafeFetch } from '../adapters/safe-fetch/client.ts'
import type { Model } from '../core/catalog/model.ts'
import type { HttpAnswer, HttpEvent } from '../ports/http-client.ts'
import type { ProviderCall, ProviderJob } from '../ports/provider.ts'
import type { ProviderDefinition, WireOutcome } from '../providers/shared/definition.ts'
import type { Fixture } from './fixture.ts'
import { replay } from './fixture-server.ts'
import { type SampleInputs, sampleRequest, toCall } from './sample-calls.ts'

/** How an answer was read, in the words of an expectation. */
type Reading = { readonly [Name in keyof Fixture['expect']]?: unknown }

/** What is wrong with how a recorded answer is read; undefined when it is as declared. */
export async function fixtureFlaw(
  definition: ProviderDefinition,
  fixture: Fixture,
  inputs: SampleInputs,
): Promise<string | undefined> {
  const model = definition.models.find(({ id }) => id === fixture.model)
  if (model === undefined) return `there is no model ${fixture.model}`
  const http = createSafeFetch()
  try {
    const replayed = await replay(fixture, http, definition.imageFields)
    const call = callOf(model, fixture, inputs)
    const reading = readReplayed(definition, fixture, replayed, call)
    return typeof reading === 'string' ? reading : differenceOf(fixture.expect, reading)
  } finally {
    await http.close()
  }
}

function callOf(model: Model, fixture: Fixture, inputs: SampleInputs): ProviderCall {
  const { operation, n, prompt, partial_images: partialImages } = fixture.call
  const changes = { n, prompt, ...(partialImages === undefined ? {} : { partialImages }) }
  return toCall(sampleRequest(model, operation, changes), model, inputs)
}

function readReplayed(
  definition: ProviderDefinition,
  fixture: Fixture,
  { answer, events }: Awaited<ReturnType<typeof replay>>,
  call: ProviderCall,
): Reading | string {
  const { flow } = definition
  if (fixture.kind === 'event') return readEvents(definition, events, call)
  if (answer === undefined) return 'it was no plain answer'
  if (fixture.kind === 'poll') {
    if (flow.kind !== 'poll' || fixture.job === undefined) return 'the provider is not polled'
    const { id, poll_url: pollUrl, facts } = fixture.job
    return readingOf(flow.fromPoll(answer, { id, pollUrl, facts }, call))
  }
  return readingOf(readAnswer(definition, answer, call))
}

function readAnswer(
  definition: ProviderDefinition,
  answer: HttpAnswer,
  call: ProviderCall,
): WireOutcome {
  const isGood = answer.status >= 200 && answer.status <= 299
  if (isGood) return definition.fromWire(answer, call)
  return { kind: 'failed', failure: definition.classify(answer) }
}

function readEvents(
  { flow }: ProviderDefinition,
  events: readonly HttpEvent[],
  call: ProviderCall,
): Reading | string {
  const fromEvent = flow.kind === 'sync' ? flow.fromEvent : undefined
  if (fromEvent === undefined) return 'the provider does not stream'
  let partials = 0
  let reading: Reading = { outcome: 'partial' }
  for (const [index, event] of events.entries()) {
    const read = fromEvent(event, call, events.slice(0, index))
    if (read.kind === 'partial') partials += 1
    if (read.kind !== 'outcome') continue
    reading = readingOf(read.outcome)
    if (read.isProvisional !== true) break
  }
  return { ...reading, partials }
}

function readingOf(outcome: WireOutcome): Reading {
  switch (outcome.kind) {
    case 'submitted':
      return { outcome: 'submitted', job_id: outcome.job.id }
    case 'pending':
      return { outcome: 'pending', check_after_ms: outcome.checkAfterMs }
    case 'failed': {
      const { failure } = outcome
      return {
        outcome: 'failed',
        class: failure.class,
        billed: failure.billed,
        retry_after_ms: failure.retryAfterMs,
        provider_code: failure.providerCode,
        message: failure.message,
        ...factsOf(outcome),
      }
    }
    case 'produced': {
      const { size, quality } = outcome.resolved ?? {}
      return {
        outcome: 'produced',
        images: outcome.images.length,
        seed: outcome.images[0]?.seed,
        withheld: outcome.withheld.map((failure) => failure.class),
        size: size === undefined ? undefined : `${size.width}x${size.height}`,
        quality,
        ...factsOf(outcome),
      }
    }
  }
}

const factsOf = (outcome: Extract<WireOutcome, { kind: 'produced' | 'failed' }>): Reading => ({
  usage: outcome.usage,
  reported_dollars: outcome.reportedDollars,
  provider_request_id: outcome.providerRequestId,
})

/** Compares the members that are declared. */
function differenceOf(expected: Fixture['expect'], reading: Reading): string | undefined {
  for (const [name, wanted] of Object.entries(expected) as [keyof Reading, unknown][]) {
    if (wanted === undefined) continue
    const got = reading[name]
    const isSame =
      name === 'message' ? String(got).includes(String(wanted)) : sorted(got) === sorted(wanted)
    if (!isSame) return `${name} is read as ${sorted(got)}, not ${sorted(wanted)}`
  }
  return undefined
}

/** JSON with the members of objects in order of their names. */
const sorted = (value: unknown): string =>
  JSON.stringify(value, (_name, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  ) ?? 'nothing'

/** Bodies that no provider should send, and some did. */
const hostileBodies: readonly unknown[] = [
  undefined,
  null,
  '',
  'text',
  0,
  true,
  [],
  {},
  [null],
  { error: null },
  { error: 'text' },
  { error: { message: 7, code: {}, type: [] } },
  { data: null },
  { data: {} },
  {
    data: [null, 7, 'x', {}, { b64_json: null }, { b64_json: { keeprate_image: 99 } }, { url: 5 }],
  },
  { id: 7, polling_url: {} },
  { id: 'x', polling_url: 'not an address', status: 'Ready', result: null },
  { status: 'Ready', result: { sample: 5 } },
  { status: {}, result: [] },
  { usage: 'many', data: [{}] },
  { usage: { input_tokens: -1, output_tokens: Number.NaN, input_tokens_details: 'x' }, data: [] },
  { errors: { a: 1 }, name: [] },
  { detail: [{ loc: 'x', msg: null }, null] },
  { details: { a: { b: [] } } },
]

/** Which strange answers make a definition throw, in words. */
export function hostileFlaws(
  definition: ProviderDefinition,
  inputs: SampleInputs,
): readonly string[] {
  const [model] = definition.models
  if (model === undefined) return ['there is no model']
  const operation = model.operations[0] ?? 'generate'
  const call = toCall(sampleRequest(model, operation), model, inputs)
  const job: ProviderJob = { id: 'job', pollUrl: '/poll', facts: {} }
  const { flow } = definition
  return hostileBodies.flatMap((json) =>
    [200, 204, 400, 404, 429, 500, 599].flatMap((status) => {
      const answer: HttpAnswer = { status, headers: {}, json, images: [] }
      const event: HttpEvent = { event: undefined, json, images: [] }
      const readers = {
        fromWire: () => definition.fromWire(answer, call),
        classify: () => definition.classify(answer),
        ...(flow.kind === 'poll' ? { fromPoll: () => flow.fromPoll(answer, job, call) } : {}),
        ...(flow.kind === 'sync' ? { fromEvent: () => flow.fromEvent?.(event, call, []) } : {}),
      }
      return Object.entries(readers).flatMap(([name, read]) => {
        try {
          read()
          return []
        } catch (error) {
          return [`${name} throws on ${status} ${JSON.stringify(json)}: ${String(error)}`]
        }
      })
    }),
  )
}
