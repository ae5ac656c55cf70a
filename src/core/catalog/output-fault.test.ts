import { expect, test } from 'vitest'
import { inputImage } from '../../testing/sample-models.ts'
import type { Operation } from '../request/image-request.ts'
import { outputFault } from './output-fault.ts'

const header = { format: 'png', width: 1024, height: 768, hasAlpha: false, frames: 1 } as const
const plan = (operation: Operation) => ({
  operation,
  settings: {},
  expectedSize: { width: 1024, height: 768 },
  images: [inputImage()],
})

test('another shape than the input’s is a fault only where the input is followed', () => {
  const square = { ...header, width: 768 }
  expect(outputFault(square, plan('edit'))).toBeUndefined()
  expect(outputFault(square, plan('erase'))).toBe('768x768 pixels instead of the shape of 1024x768')
  expect(outputFault(header, plan('erase'))).toBeUndefined()
})

test('a background that is still there is a fault', () => {
  expect(outputFault(header, plan('remove_background'))).toBe('an opaque picture')
  expect(outputFault({ ...header, hasAlpha: true }, plan('remove_background'))).toBeUndefined()
})

test('an enlargement that is none is a fault', () => {
  const upscale = { ...plan('upscale'), expectedSize: { width: 2048, height: 1536 } }
  expect(outputFault(header, upscale)).toBe('1024x768 pixels, not larger than its input')
  expect(outputFault({ ...header, width: 2000, height: 1500 }, upscale)).toBeUndefined()
})
