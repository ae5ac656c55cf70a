import { afterAll, beforeAll, expect, test } from 'vitest'
import { liveModels } from '../../src/core/catalog/catalog.ts'
import { fitRequest } from '../../src/core/catalog/fit.ts'
import { type Model, offerName } from '../../src/core/catalog/model.ts'
import { providers } from '../../src/providers/registry.generated.ts'
import { sampleRequest } from '../../src/testing/sample-calls.ts'
import { type BilledStand, startBilledStand } from './billed-stand.ts'
import { expectRefusal } from './refusal.ts'

/** Parameters of a generation, as they go over the wire, and as the core has them. */
const parameters = [
  ['quality', { quality: 'high' }, { quality: 'high' }],
  ['steps', { steps: 21 }, { steps: 21 }],
  ['guidance', { guidance: 4.5 }, { guidance: 4.5 }],
  ['seed', { seed: 7 }, { seed: 7 }],
  ['style', { style: 'vivid' }, { style: 'vivid' }],
  ['negative_prompt', { negative_prompt: 'fog' }, { negativePrompt: 'fog' }],
  ['moderation', { moderation: 'low' }, { moderation: 'low' }],
  ['output_format', { output_format: 'webp' }, { format: 'webp' }],
] as const

/** One model that generates of each provider which is emulated without being asked for. */
const examples: readonly Model[] = providers.flatMap((definition) => {
  if ((definition.availability ?? 'hosted') !== 'hosted') return []
  const priced = new Set(definition.prices.map(({ offer }) => offer))
  const [model] = liveModels(definition, Date.now()).filter(
    (one) => one.operations.includes('generate') && priced.has(offerName(one)),
  )
  return model === undefined ? [] : [model]
})

const models = Object.fromEntries(examples.map(({ provider, id }) => [provider, id]))

let stand: BilledStand
beforeAll(async () => {
  stand = await startBilledStand({ models })
})
afterAll(() => stand.clear())

/** What the report of a model does not call honoured. */
const bent = (model: Model): readonly (typeof parameters)[number][] =>
  parameters.filter(([param, , change]) => {
    const fit = fitRequest(sampleRequest(model, 'generate', change), model, { isPinned: true })
    if (!fit.ok) return false
    const report = fit.value.reports.find((one) => one.param === param)
    return report !== undefined && report.outcome !== 'honoured'
  })

test('strict names what any provider would drop or approximate, and spends nothing', async () => {
  expect(examples.length).toBeGreaterThan(15)
  let refusals = 0
  for (const model of examples) {
    for (const [param, body] of bent(model)) {
      const asked = {
        model: offerName(model),
        prompt: 'a cup',
        ...body,
        keeprate: { strict: true },
      }
      const answer = await stand.generate(asked)
      expectRefusal(answer, { status: 400, code: 'unsupported_parameter', param })
      refusals += 1
    }
  }
  expect(refusals).toBeGreaterThan(60)
  expect(await stand.callsSent()).toBe(0)
  expect(await stand.billedNano()).toBe(0n)
})
