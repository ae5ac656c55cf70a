import { describe, expect, test } from 'vitest'
import { flawOfUsage } from './flaw-of-usage.ts'
import type { TokenUsage, Usage } from './usage.ts'

/** Fields of a usage that hold a number: one that is missing below does not compile. */
type NumericField = {
  [Field in keyof Usage]-?: NonNullable<Usage[Field]> extends number ? Field : never
}[keyof Usage]

/** A possible value of each. */
const possible: Readonly<Record<NumericField, number>> = {
  images: 0,
  width: 1024,
  height: 1024,
  steps: 50,
  outputMegapixels: 2.07,
  inputMegapixels: 0,
  credits: 6.5,
  predictSeconds: 4.2,
  startupSeconds: 0,
  utilisation: 0.5,
  controlnets: 1,
  loras: 2,
  references: 14,
  fonts: 1,
  searches: 3,
  maskFraction: 1,
  scaleFactor: 1.5,
  videoSeconds: 0.5,
  inputVideoSeconds: 0,
  framesPerSecond: 23.976,
  videoTokens: 108_900,
}
const tokens: Readonly<Record<keyof TokenUsage, number>> = {
  textIn: 60,
  cachedTextIn: 0,
  imageIn: 1024,
  cachedImageIn: 0,
  imageOut: 1056,
  textOut: 200,
}

test('possible counts have no flaw, all at once and none but the images', () => {
  expect(flawOfUsage({ ...possible, tokens })).toBeUndefined()
  expect(flawOfUsage({ images: 1 })).toBeUndefined()
})

describe.each(Object.keys(possible))('%s', (field) => {
  test.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60, null, '1'])(
    'cannot be %j',
    (value) => {
      const usage = { images: 1, [field]: value } as unknown as Usage
      expect(flawOfUsage(usage)).toMatchObject({ code: 'invalid_usage', subject: field })
    },
  )
})

describe.each(Object.keys(tokens))('tokens.%s', (field) => {
  test.each([-1, 0.5, Number.NaN, null, '1'])('cannot be %j', (value) => {
    const usage = { images: 1, tokens: { [field]: value } } as unknown as Usage
    const subject = `tokens.${field}`
    expect(flawOfUsage(usage)).toMatchObject({ code: 'invalid_usage', subject })
  })
})

test.each(['images', 'width', 'steps', 'loras', 'references', 'searches'])(
  '%s are whole',
  (field) => {
    expect(flawOfUsage({ images: 1, [field]: 1.5 })).toMatchObject({ subject: field })
  },
)

test.each(['utilisation', 'maskFraction'])('%s is at most 1', (field) => {
  expect(flawOfUsage({ images: 1, [field]: 1.01 })).toMatchObject({ subject: field })
})
