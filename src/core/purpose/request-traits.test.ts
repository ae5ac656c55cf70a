import { expect, test } from 'vitest'
import { normaliseRequest } from '../request/normalise.ts'
import type { RequestDraft } from '../request/request-draft.ts'
import { makePurposes } from './default-purposes.ts'
import { requestTraits } from './request-traits.ts'

const purposes = makePurposes({ hero: { floor: 0.95 } })
const traitsOf = (draft: Partial<RequestDraft>, purposeOfModel?: string) =>
  requestTraits(
    normaliseRequest({ operation: 'generate', prompt: 'a cup', ...draft }),
    purposes,
    purposeOfModel === undefined ? {} : { purposeOfModel },
  )

test('what a caller says goes before the purpose, and the purpose before what ships', () => {
  const { standard, basis } = traitsOf({ purpose: 'hero', display: '800x400@2', floor: 0.7 })
  expect(standard).toMatchObject({
    display: { width: 800, height: 400 },
    pixelRatio: 2,
    floor: 0.7,
  })
  expect(basis).toMatchObject({ purpose: 'asked', display: 'asked', floor: 'asked' })
  expect(traitsOf({ purpose: 'hero' }).standard.floor).toBe(0.95)
  expect(traitsOf({}, 'hero').basis).toMatchObject({ purpose: 'model', floor: 'default' })
})

test('what nobody says is found out from the prompt, and says so', () => {
  const { category, complexity, basis } = traitsOf({ prompt: 'a glass bottle, product photo' })
  expect({ category, complexity }).toEqual({ category: 'glass', complexity: 'texture' })
  expect(basis).toMatchObject({ purpose: 'rule', category: 'rule', complexity: 'rule' })
  expect(traitsOf({ complexity: 'plain' }).complexity).toBe('plain')
})

test('a deadline makes the time that a purpose allows shorter, never longer', () => {
  expect(traitsOf({ deadlineMs: 500 }).standard.deadlineMs).toBe(500)
  expect(traitsOf({ purpose: 'preview', deadlineMs: 90_000 }).standard.deadlineMs).toBe(10_000)
})

test.each([
  [{ display: '0x5' }, 'display'],
  [{ display: '512x512@5' }, 'display'],
  [{ floor: 1 }, 'floor'],
  [{ complexity: 'hard' as never }, 'complexity'],
  [{ consistent: true }, 'consistent'],
  [{ brand: 'b'.repeat(300) }, 'brand'],
])('%o is refused by name', (draft, param) => {
  expect(() => traitsOf(draft)).toThrow(expect.objectContaining({ code: 'invalid_request', param }))
})
