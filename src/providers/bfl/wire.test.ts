import { describe, expect, test } from 'vitest'
import type { CallPlan } from '../../core/catalog/call-plan.ts'
import { rate } from '../../core/pricing/rate.ts'
import type { InputImage } from '../../core/request/image-request.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import type { ProviderCall, ProviderJob } from '../../ports/provider.ts'
import { answerOf, callOf, inputOf, jsonOf } from '../../testing/hosted-calls.ts'
import bfl from './index.ts'
import { fromSubmit, fromPoll as readPoll, toWire } from './wire.ts'

const planOf = (id: string, changes: Partial<CallPlan> = {}) => callOf(bfl, id, changes)
const bodyOf = (call: ProviderCall): unknown => jsonOf(toWire(call))

const fromPoll = (answer: HttpAnswer, of: ProviderJob) => readPoll(answer, of, planOf('flux-2-pro'))

const job: ProviderJob = {
  id: 'task',
  pollUrl: 'https://api.eu1.bfl.ai/v1/get_result?id=task',
  facts: { reported_dollars: '0.045', input_mp: 1, output_mp: 1 },
}

describe('requests', () => {
  test('a generation names its size, so that FLUX.2 does not choose its own price', () => {
    expect(bodyOf(planOf('flux-2-pro', { settings: { seed: 7, format: 'png' } }))).toEqual({
      prompt: 'a lighthouse at dusk',
      width: 1_024,
      height: 1_024,
      seed: 7,
      output_format: 'png',
    })
  })

  test('an edit without a size leaves it to the model and numbers its inputs', () => {
    const images = [inputOf(1_024, 1_024), inputOf(640, 480)]
    expect(bodyOf(planOf('flux-2-max', { operation: 'edit', images }))).toEqual({
      prompt: 'a lighthouse at dusk',
      input_image: 'AQID',
      input_image_2: 'AQID',
    })
  })

  test('FLUX 3 gets a shape, a list of images and its options, and no format or seed', () => {
    const plan = planOf('flux-3-image', {
      operation: 'edit',
      images: [inputOf(512, 512)],
      settings: { aspect: '16:9', format: 'jpeg' },
      options: { resolution: '1k', grounding: false },
    })
    expect(bodyOf(plan)).toEqual({
      prompt: 'a lighthouse at dusk',
      images: ['AQID'],
      aspect_ratio: '16:9',
      resolution: '1k',
      grounding: false,
    })
  })

  test('a shape model that is asked for nothing is asked for the shape the gateway expects', () => {
    const expectedSize = { width: 1_024, height: 1_024 }
    expect(bodyOf(planOf('flux-pro-1.1-ultra', { expectedSize }))).toMatchObject({
      aspect_ratio: '1:1',
    })
  })

  test('an inpainting sends image and mask, and never a size', () => {
    const plan = planOf('flux-pro-1.0-fill', {
      operation: 'inpaint',
      images: [inputOf(512, 512)],
      mask: inputOf(512, 512),
      settings: { steps: 30, guidance: 60, aspect: '1:1' },
    })
    expect(bodyOf(plan)).toEqual({
      prompt: 'a lighthouse at dusk',
      image: 'AQID',
      mask: 'AQID',
      steps: 30,
      guidance: 60,
    })
    expect(plan.model.wire.mask).toBe('white_is_edit')
  })
})

describe('options', () => {
  test.each([
    ['flux-2-pro', { prompt_upsampling: true }],
    ['flux-2-flex', { disable_pup: true }],
    ['flux-2-pro', { safety_tolerance: 6 }],
    ['flux-2-pro', { width: 2_048 }],
    ['flux-3-image', { seed: 1 }],
    ['flux-3-image', { safety_tolerance: 5 }],
    ['flux-pro-1.1-ultra', { webhook_url: 'https://example.com' }],
  ])('%s refuses %j', (id, options) => {
    const [name] = Object.keys(options)
    const unfit = bfl.checkOptions(planOf(id, { options }))
    expect(unfit).toMatchObject({ code: 'options', param: `bfl.${name}` })
  })

  test.each([
    ['flux-2-pro', { disable_pup: true, safety_tolerance: 5 }],
    ['flux-2-flex', { prompt_upsampling: false }],
    ['flux-3-image', { resolution: '4k', grounding: true, version: 'latest' }],
    ['flux-pro-1.1-ultra', { raw: true }],
  ])('%s takes %j', (id, options) => {
    expect(bfl.checkOptions(planOf(id, { options }))).toBeUndefined()
  })

  test('Kontext lowers its tolerance as soon as there is an input image', () => {
    const options = { safety_tolerance: 3 }
    const edit = planOf('flux-kontext-pro', {
      operation: 'edit',
      images: [inputOf(64, 64)],
      options,
    })
    expect(bfl.checkOptions(edit)).toMatchObject({ param: 'bfl.safety_tolerance' })
    expect(bfl.checkOptions(planOf('flux-kontext-pro', { options }))).toBeUndefined()
  })

  test('an input of more than 16 megapixels is refused before BFL does', () => {
    const edit = planOf('flux-2-pro', { operation: 'edit', images: [inputOf(5_000, 4_000)] })
    expect(bfl.checkOptions(edit)).toMatchObject({ code: 'inputs' })
  })

  test('an inpainting refuses a shape that its input does not have', () => {
    const plan = (aspect: string) =>
      planOf('flux-pro-1.0-fill', {
        operation: 'inpaint',
        images: [inputOf(1_536, 1_024)],
        settings: { aspect },
      })
    expect(bfl.checkOptions(plan('1:1'))).toMatchObject({ code: 'size' })
    expect(bfl.checkOptions(plan('3:2'))).toBeUndefined()
  })
})

describe('prices', () => {
  const megapixels = (width: number, height: number) => ({ settings: { size: { width, height } } })
  const priced = (id: string, changes: Partial<CallPlan>) => {
    const plan = planOf(id, changes)
    const size = plan.settings.size ?? plan.expectedSize
    const row = bfl.prices.find(
      (candidate) => candidate.offer === `bfl/${id}` && candidate.operation === plan.operation,
    )
    const { low, expected, high } = bfl.estimate({ ...plan, expectedSize: size })
    return [low, expected, high].map((usage) => {
      const result = row === undefined ? undefined : rate(row, usage)
      return result?.ok ? Number(result.charge.totalNano) / 1e9 : 'no price'
    })
  }
  const edit = (...images: InputImage[]) => ({ operation: 'edit', images }) as const

  // docs.bfl.ai/quick_start/pricing and BFL's API skill of 2026-02-03, read 2026-11-20.
  test.each([
    ['klein 4B, 1 MP', 'flux-2-klein-4b', {}, 0.014],
    ['klein 4B, 2 MP', 'flux-2-klein-4b', megapixels(1_920, 1_088), 0.015],
    ['klein 9B edit, 1 + 1 MP', 'flux-2-klein-9b', edit(inputOf(1_024, 1_024)), 0.017],
    ['pro, 1 MP', 'flux-2-pro', {}, 0.03],
    ['pro edit, 1 + 1 MP', 'flux-2-pro', edit(inputOf(1_024, 1_024)), 0.045],
    [
      'pro edit, 2 + 1 MP',
      'flux-2-pro',
      { ...edit(inputOf(9, 9)), ...megapixels(2_048, 1_024) },
      0.06,
    ],
    ['max edit, 1 + 1 MP', 'flux-2-max', edit(inputOf(1_024, 1_024)), 0.1],
    ['flex edit, 1 + 1 MP', 'flux-2-flex', edit(inputOf(1_024, 1_024)), 0.1],
    ['flex, 4 MP', 'flux-2-flex', megapixels(2_048, 2_048), 0.2],
    ['FLUX 3 at 1k', 'flux-3-image', {}, 0.048],
    ['FLUX 3 at 2k', 'flux-3-image', { options: { resolution: '2k' } }, 'no price'],
    ['FLUX 3 edit', 'flux-3-image', edit(inputOf(512, 512)), 'no price'],
    ['1.1 pro', 'flux-pro-1.1', {}, 0.04],
    ['Ultra', 'flux-pro-1.1-ultra', {}, 0.06],
    ['Kontext max', 'flux-kontext-max', edit(inputOf(512, 512)), 0.08],
    ['dev', 'flux-dev', {}, 0.025],
  ] as const)('%s', (_, id, changes, dollars) => {
    expect(priced(id, changes)[1]).toBe(dollars)
  })

  test('an edit without a size is held for the largest picture the model may choose', () => {
    expect(priced('flux-2-pro', edit(inputOf(2_048, 1_024)))).toEqual([0.06, 0.075, 0.105])
  })

  test('a generation is priced exactly', () => {
    expect(new Set(priced('flux-2-max', megapixels(1_536, 1_152)))).toEqual(new Set([0.1]))
  })
})

describe('answers', () => {
  test.each([
    [4.5, '0.045'],
    [1.4, '0.014'],
    [0, '0'],
    [null, undefined],
    [Number.NaN, undefined],
    [-1, undefined],
  ])('%s credits are %s dollars', (credits, dollars) => {
    const submitted = fromSubmit(answerOf(200, { id: '1', cost: credits }))
    expect(submitted).toHaveProperty('job.facts.reported_dollars', dollars)
  })

  test('the job keeps the polling address as given and the charge as reported', () => {
    const json = { id: 'task', polling_url: job.pollUrl, cost: 4.5, input_mp: 1, output_mp: 1 }
    expect(fromSubmit(answerOf(200, json))).toEqual({ kind: 'submitted', job })
  })

  test('a missing polling address and cost leave a job that can still be found', () => {
    expect(fromSubmit(answerOf(200, { id: 'a b', cost: null }))).toEqual({
      kind: 'submitted',
      job: { id: 'a b', pollUrl: '/v1/get_result?id=a%20b', facts: {} },
    })
  })

  test.each(['Pending', 'Reasoning', 'Generating'])('%s goes on', (status) => {
    expect(fromPoll(answerOf(200, { id: 'task', status, result: null }), job).kind).toBe('pending')
  })

  test.each([
    ['Request Moderated', 'content_policy_input', false, undefined],
    ['Content Moderated', 'content_policy_output', true, '0.045'],
    ['Error', 'overloaded', false, undefined],
    ['Failed', 'overloaded', false, undefined],
    ['Task not found', 'timeout_unknown', 'unknown', undefined],
    ['Teleporting', 'timeout_unknown', 'unknown', undefined],
  ])('%s ends the job as %s, billed %s', (status, failureClass, billed, reportedDollars) => {
    const outcome = fromPoll(answerOf(200, { id: 'task', status, result: null }), job)
    expect(outcome).toMatchObject({ kind: 'failed', failure: { class: failureClass, billed } })
    expect(outcome).toHaveProperty('providerRequestId', 'task')
    expect('reportedDollars' in outcome ? outcome.reportedDollars : undefined).toBe(reportedDollars)
  })

  test('a failed task in a 503 ends the job, so its failure carries no passing status', () => {
    const outcome = fromPoll(answerOf(503, { id: 'task', status: 'Error', result: null }), job)
    expect(outcome).toMatchObject({ kind: 'failed', failure: { class: 'overloaded' } })
    expect(outcome).not.toHaveProperty('failure.status')
  })

  test('a 503 without a task is a passing trouble of the poll', () => {
    const outcome = fromPoll(answerOf(503, undefined), job)
    expect(outcome).toMatchObject({ kind: 'failed', failure: { status: 503, billed: 'unknown' } })
  })

  test('details of a moderation are said', () => {
    const details = { 'Moderation Reasons': ['Violence', 'Gore'] }
    const outcome = fromPoll(answerOf(200, { status: 'Request Moderated', details }), job)
    expect(outcome).toHaveProperty(
      'failure.message',
      'Request Moderated: Moderation Reasons: Violence, Gore',
    )
  })
})
