import { expect, test } from 'vitest'
import { type MegapixelSettings, megapixelsOf } from './megapixels.ts'

const DECIMAL = 1_000_000
const BINARY = 1_048_576

test.each<[string, number, number, MegapixelSettings, string]>([
  ['the default is whole megapixels of 2^20, rounded up', 1024, 1024, {}, '1'],
  ['one pixel more is a megapixel more', 1048577, 1, {}, '2'],
  ['1920x1080 by 2^20', 1920, 1080, { mp_base: BINARY, rounding: 'ceil' }, '2'],
  ['1920x1080 by 10^6', 1920, 1080, { mp_base: DECIMAL, rounding: 'ceil' }, '3'],
  ['1024x1024 by 10^6 is two without snapping', 1024, 1024, { mp_base: DECIMAL }, '2'],
  [
    '1024x1024 by 10^6 is one with snapping',
    1024,
    1024,
    { mp_base: DECIMAL, snap_1024: true },
    '1',
  ],
  ['snapping goes by area, not by edges', 2048, 512, { mp_base: DECIMAL, snap_1024: true }, '1'],
  ['snapping raises what is smaller', 512, 512, { rounding: 'none', snap_1024: true }, '1'],
  ['unrounded', 512, 512, { mp_base: DECIMAL, rounding: 'none' }, '0.262144'],
  [
    'unrounded by 2^20 is exact',
    1,
    1,
    { mp_base: BINARY, rounding: 'none' },
    '0.00000095367431640625',
  ],
  ['to the nearest, down', 1200, 1200, { mp_base: DECIMAL, rounding: 'nearest' }, '1'],
  ['to the nearest, half up', 1500, 1000, { mp_base: DECIMAL, rounding: 'nearest' }, '2'],
  ['never below one when whole', 100, 100, { mp_base: DECIMAL, rounding: 'nearest' }, '1'],
  ['the largest image we take', 16384, 16384, {}, '256'],
])('%s: %dx%d', (_, width, height, settings, expected) => {
  expect(megapixelsOf({ width, height }, settings).toFixed()).toBe(expected)
})
