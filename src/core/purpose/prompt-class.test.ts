import { describe, expect, test } from 'vitest'
import { classSchema, readPromptClass } from './prompt-class.ts'

const purposes = ['hero', 'product']
const answer = { purpose: 'hero', category: 'glass', needs_text: false, complexity: 'texture' }
const read = (value: unknown) => readPromptClass(JSON.stringify(value), purposes)

describe('what a classifier wrote', () => {
  test('is taken as it is; what it is unsure of is left open', () => {
    expect(read(answer)).toEqual({
      ...{ purpose: 'hero', category: 'glass', complexity: 'texture', needsText: false },
    })
    const unsure = { ...answer, purpose: 'unsure', category: 'unsure', complexity: 'unsure' }
    expect(read(unsure)).toEqual({ needsText: false })
  })

  test.each([
    ['a purpose that nobody has', { ...answer, purpose: 'free of charge' }],
    ['another member', { ...answer, floor: 0 }],
    ['a missing member', { purpose: 'hero' }],
    ['a word for yes', { ...answer, needs_text: 'yes' }],
    ['a list', [answer]],
  ])('is void with %s', (_title, value) => {
    expect(read(value)).toBeUndefined()
  })

  test.each(['', 'hero', `Sure! ${JSON.stringify(answer)}`])('is void when it reads %j', (text) => {
    expect(readPromptClass(text, purposes)).toBeUndefined()
  })

  test('is asked for by a schema that wants every member and no other', () => {
    expect(classSchema(purposes)).toMatchObject({
      required: ['purpose', 'category', 'needs_text', 'complexity'],
      additionalProperties: false,
      properties: { purpose: { enum: ['unsure', ...purposes] } },
    })
  })
})
