import { expect, test } from 'vitest'
import { classedShapes, sampleModel } from '../../testing/sample-models.ts'
import { normaliseRequest } from '../request/normalise.ts'
import { makeCallPlan } from './call-plan.ts'
import { fitRequest } from './fit.ts'
import { priceKeyOf } from './price-key.ts'

const keyOf = (model: ReturnType<typeof sampleModel>, draft: object) => {
  const request = normaliseRequest({ operation: 'generate', prompt: 'a cup', ...draft })
  const fit = fitRequest(request, model, { isPinned: true })
  if (!fit.ok) throw new Error(fit.refusal.reason)
  return priceKeyOf(makeCallPlan(request, model, fit.value, 1))
}

test('a call is priced by what is sent: quality, resolution class and expected size', () => {
  const model = sampleModel({ sizes: classedShapes })
  expect(keyOf(model, { size: '1500x1500', quality: 'high' })).toEqual({
    offer: 'acme/painter',
    operation: 'generate',
    quality: 'high',
    resolution: '2k',
    size: '2048x2048',
  })
})

test('what a model has no choice of is no part of its price', () => {
  expect(keyOf(sampleModel({ qualities: [] }), { resolution: '1k' })).toEqual({
    offer: 'acme/painter',
    operation: 'generate',
    size: '1024x1024',
  })
})
