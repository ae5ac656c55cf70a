import Big from 'big.js'
import { describe, expect, test } from 'vitest'
import {
  dollarsFromNano,
  formatDollars,
  MoneyError,
  nanoFromDollars,
  roundToNano,
  sumNano,
} from './money.ts'

describe('reading and printing exact dollars', () => {
  test.each([
    ['0', 0n],
    ['0.04', 40_000_000n],
    ['12.3', 12_300_000_000n],
    ['0.000000001', 1n],
    ['-0.5', -500_000_000n],
    ['-0.000000001', -1n],
    ['1320', 1_320_000_000_000n],
    ['123456789012345678901234567890.000000001', 123456789012345678901234567890000000001n],
  ])('%s is %d nano-dollars and prints as itself', (text, nano) => {
    expect(nanoFromDollars(text)).toBe(nano)
    expect(dollarsFromNano(nano)).toBe(text)
  })

  test.each([
    ['0.040', '0.04'],
    ['007.50', '7.5'],
    ['1.0000000000000', '1'],
    ['-0', '0'],
    ['-0.00', '0'],
  ])('%s is read and printed in its shortest form, %s', (text, shortest) => {
    expect(dollarsFromNano(nanoFromDollars(text))).toBe(shortest)
  })

  test.each([
    '',
    ' 1',
    '1 ',
    '1e-3',
    '.5',
    '5.',
    '+1',
    '--1',
    '0x10',
    'NaN',
    'Infinity',
    '1,000',
    '$1',
    '１',
    '1\n',
    '9'.repeat(61),
  ])('%j is no decimal number', (text) => {
    expect(() => nanoFromDollars(text)).toThrow(MoneyError)
  })

  test('an amount finer than a nano-dollar is refused, never rounded on reading', () => {
    expect(() => nanoFromDollars('0.0000000001')).toThrow(/finer than a nano-dollar/)
  })
})

describe('dollars for people', () => {
  test.each([
    ['0', '$0.00'],
    ['0.04', '$0.04'],
    ['0.0031', '$0.0031'],
    ['0.003', '$0.003'],
    ['0.05273', '$0.0527'],
    ['0.00042', '$0.00042'],
    ['0.000423', '$0.00042'],
    ['0.000000001', '$0.000000001'],
    ['0.99995', '$1.00'],
    ['1.005', '$1.01'],
    ['12.3', '$12.30'],
    ['999.999', '$1,000.00'],
    ['1038.96', '$1,038.96'],
    ['1234567.891', '$1,234,567.89'],
    ['-0.5', '-$0.50'],
    ['-1234.5', '-$1,234.50'],
  ])('%s is shown as %s', (text, shown) => {
    expect(formatDollars(nanoFromDollars(text))).toBe(shown)
  })
})

describe('rounding to whole nano-dollars', () => {
  test.each([
    ['0.0000000004', 0n],
    ['0.00000000049999', 0n],
    ['0.0000000005', 1n],
    ['0.0000000015', 2n],
    ['0.0000000025', 3n],
    ['-0.0000000005', -1n],
    ['0.0727272727272727', 72_727_273n],
  ])('%s dollars round half up, away from zero', (dollars, nano) => {
    expect(roundToNano(new Big(dollars))).toBe(nano)
  })
})

test('nothing sums to zero', () => {
  expect(sumNano([])).toBe(0n)
  expect(sumNano([1n, 2n, -3n, 4n])).toBe(4n)
})
