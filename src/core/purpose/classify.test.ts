import { describe, expect, test } from 'vitest'
import { fc } from '../../testing/fast-check.ts'
import { literalsOf, traitsOf } from './classify.ts'
import type { PromptClass } from './prompt-class.ts'
import { categoryWords, purposeWords } from './words.ts'

const asked = {
  prompt: '',
  needs: [],
  images: [],
  operation: 'generate',
} as const satisfies Parameters<typeof traitsOf>[0]
const of = (prompt: string) => traitsOf({ ...asked, prompt })

describe('what a request is about', () => {
  test.each([
    ['a hero image of a lighthouse', 'hero', 'any'],
    ['thumbnails of knitted jumpers', 'thumbnail', 'textured'],
    ['product photo of a glass bottle on white', 'product', 'glass'],
    ['a woman in a kitchen, for our blog', 'blog', 'people'],
    ['social card with a mountain', 'og_image', 'any'],
    ['a fox in the snow', 'general', 'any'],
    ['wordmark for a bakery', 'general', 'logo'],
    ['Ein Haus am See', 'general', 'any'],
  ])('%s', (prompt, purpose, category) => {
    expect(of(prompt)).toMatchObject({ purpose, category })
  })

  test('what the caller says wins over the model name, and that over the words', () => {
    const prompt = 'a thumbnail of a bottle'
    const named = traitsOf({ ...asked, prompt, purpose: 'hero', category: 'food' })
    expect(named).toMatchObject({ purpose: 'hero', category: 'food' })
    expect(named.basis).toEqual({ purpose: 'asked', category: 'asked', text: 'default' })
    const byModel = traitsOf({ ...asked, prompt }, { purposeOfModel: 'blog' })
    expect([byModel.purpose, byModel.basis.purpose]).toEqual(['blog', 'model'])
    expect(of(prompt).basis).toEqual({ purpose: 'rule', category: 'rule', text: 'default' })
  })

  test('a classifier fills in what nobody else said, and changes nothing else', () => {
    const told = { purpose: 'hero', category: 'glass', needsText: true }
    const classified: PromptClass = { ...told, complexity: 'texture' }
    const unclear = traitsOf({ ...asked, prompt: 'eine Flasche' }, { classified })
    expect(unclear).toMatchObject(classified)
    const all = { purpose: 'classifier', category: 'classifier', text: 'classifier' }
    expect(unclear.basis).toEqual(all)
    const clear = traitsOf({ ...asked, prompt: 'blog picture of a woman' }, { classified })
    expect(clear).toMatchObject({ purpose: 'blog', category: 'people', complexity: 'people' })
    const lettered = traitsOf({ ...asked, prompt: 'Schild "OFFEN"' }, { classified })
    expect(lettered).toMatchObject({ purpose: 'text', basis: { purpose: 'rule', text: 'rule' } })
  })

  test('quoted words are lettering, and say nothing about the rest', () => {
    const traits = of('a sign that reads "HERO IMAGE of people"')
    expect(traits).toMatchObject({ purpose: 'text', category: 'any', needsText: true })
    expect(traits.literals).toEqual(['HERO IMAGE of people'])
    expect(of('an infographic about tea').needsText).toBe(true)
  })

  test('an input picture makes it an edit; transparency is taken from needs and background', () => {
    const picture = { digest: 'a', format: 'png', byteLength: 1, hasAlpha: false } as const
    const images = [{ ...picture, width: 8, height: 8 }]
    expect(traitsOf({ ...asked, images })).toMatchObject({ purpose: 'edit', needsEdit: true })
    expect(traitsOf({ ...asked, background: 'transparent' }).isTransparent).toBe(true)
    expect(traitsOf({ ...asked, needs: ['transparent'] }).isTransparent).toBe(true)
  })

  test('people and texture are complex, an object on a plain ground is not', () => {
    expect(of('portrait of a man').complexity).toBe('people')
    expect(of('wool socks').complexity).toBe('texture')
    expect(of('a mug on white').complexity).toBe('plain')
  })
})

test.each([
  [`a mug with "Good day" and “Bonne nuit”`, ['Good day', 'Bonne nuit']],
  [`the dog's bowl and the cat's bed`, []],
  [`a shop called 'Nino'`, ['Nino']],
  [`«Kino» „Tor“ "Kino"`, ['Kino', 'Tor']],
  [`"" " "`, []],
])('literals of %s', (prompt, texts) => {
  expect(literalsOf(prompt)).toEqual(texts)
})

test('any prompt is classified, always as one of the known names', () => {
  const purposes = new Set([...Object.keys(purposeWords), 'general', 'text', 'edit'])
  const categories = new Set([...Object.keys(categoryWords), 'any'])
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (prompt) => {
      const { purpose, category, literals } = of(prompt)
      expect(purposes.has(purpose) && categories.has(category)).toBe(true)
      expect(literals.every((text) => prompt.includes(text))).toBe(true)
    }),
  )
})
