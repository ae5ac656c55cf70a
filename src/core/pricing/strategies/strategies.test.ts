import { describe, expect, test } from 'vitest'
import { dollarsFromNano, type Nano, nanoFromDollars } from '../../money.ts'
import type { Result } from '../../result.ts'
import type { UnpriceableReason } from '../unpriceable.ts'
import { breakEven } from './break-even.ts'
import { cache } from './cache.ts'
import { callerCompute } from './caller-compute.ts'
import { cascadeOnePass } from './cascade-one-pass.ts'
import { chainedText } from './chained-text.ts'
import { draftRefine } from './draft-refine.ts'
import { draftThenUpscale } from './draft-then-upscale.ts'
import { mix } from './mix.ts'
import { moderationCall } from './moderation-call.ts'
import { perAccepted } from './per-accepted.ts'
import { perAcceptedCapped } from './per-accepted-capped.ts'
import { usableImageTotal } from './usable-image-total.ts'

const nano = nanoFromDollars

const dollars = (result: Result<Nano, UnpriceableReason>): string =>
  result.ok ? dollarsFromNano(result.value) : `${result.refusal.code} ${result.refusal.subject}`

describe('cost per accepted image', () => {
  test('half accepted costs twice', () => {
    expect(dollars(perAccepted({ attemptNano: nano('0.009') }, 0.5))).toBe('0.018')
  })

  test('checks and waiting are paid on every attempt', () => {
    const cost = {
      attemptNano: nano('0.009'),
      gateNano: nano('0.001'),
      latencyNano: nano('0.0002'),
    }
    expect(dollars(perAccepted(cost, 0.6))).toBe('0.017')
  })

  test('a cap leaves requests unserved and the cost as it is', () => {
    expect(perAcceptedCapped({ attemptNano: nano('0.009') }, 0.5, 3)).toEqual({
      ok: true,
      value: { spendNano: nano('0.01575'), servedShare: 0.875, perAcceptedNano: nano('0.018') },
    })
  })

  test('a usable image takes attempts, some upscales, some edits, and delivery', () => {
    const prices = {
      imageNano: nano('0.04'),
      upscaleNano: nano('0.02'),
      editNano: nano('0.05'),
      deliveryNano: nano('0.0001'),
    }
    const shares = { acceptance: 0.5, upscaleShare: 0.25, editShare: 0.1 }
    expect(dollars(usableImageTotal(prices, shares))).toBe('0.0901')
    expect(dollars(usableImageTotal({ imageNano: 1n }, { ...shares, acceptance: 1 }))).toBe(
      '0.000000001',
    )
  })
})

describe('cascade', () => {
  const cheap = { attemptNano: nano('0.009'), gateNano: nano('0.001'), acceptance: 0.6 }
  const premium = { attemptNano: nano('0.04'), gateNano: nano('0.001'), acceptance: 0.95 }

  test('the cheap try is paid always, the dear one when it was refused', () => {
    expect(cascadeOnePass([cheap, premium])).toEqual({
      ok: true,
      value: { spendNano: nano('0.0264'), servedShare: 0.98, perAcceptedNano: 26_938_776n },
    })
  })

  test('one step is an attempt', () => {
    expect(cascadeOnePass([premium])).toMatchObject({ value: { perAcceptedNano: 43_157_895n } })
  })

  test('what nobody accepts is paid and has no cost per accepted image', () => {
    expect(cascadeOnePass([{ ...cheap, acceptance: 0 }])).toEqual({
      ok: true,
      value: { spendNano: nano('0.01'), servedShare: 0 },
    })
  })

  test('as long as the limit, exactly', () => {
    const steps = Array.from({ length: 100 }, () => ({ ...cheap, acceptance: 0.3 }))
    expect(cascadeOnePass(steps)).toMatchObject({ value: { perAcceptedNano: 33_333_333n } })
  })
})

describe('beside doing without', () => {
  test.each<[string, unknown, string, string]>([
    [
      'drafts and one final',
      draftRefine({ draftNano: nano('0.003'), finalNano: nano('0.08') }, 4),
      '0.092',
      '0.32',
    ],
    [
      'a draft, enlarged',
      {
        value: draftThenUpscale({
          draftNano: nano('0.0025'),
          upscaleNano: nano('0.004'),
          directNano: nano('0.01'),
        }),
      },
      '0.0065',
      '0.01',
    ],
    [
      'each picture by its purpose',
      mix([
        { images: 7000, imageNano: nano('0.003') },
        { images: 500, imageNano: nano('0.08') },
        { images: 2500, imageNano: nano('0.04') },
      ]),
      '161',
      '800',
    ],
    ['nothing to mix', mix([]), '0', '0'],
    [
      'a cache',
      cache({ imageNano: nano('0.04') }, { requests: 50_000, hitRate: 0.34 }),
      '1320',
      '2000',
    ],
    [
      'a cache whose look-up costs',
      cache(
        { imageNano: nano('0.04'), lookupNano: nano('0.001') },
        { requests: 100, hitRate: 0.5 },
      ),
      '2.1',
      '4',
    ],
  ])('%s', (_, result, cost, without) => {
    expect(result).toMatchObject({ value: { costNano: nano(cost), withoutNano: nano(without) } })
  })
})

describe('break-even', () => {
  const prices = { gpuHourNano: nano('3.8'), apiImageNano: nano('0.04') }

  test('hours over the price elsewhere', () => {
    expect(breakEven(prices, { hours: 720 })).toEqual({ ok: true, value: { images: 68_400 } })
  })

  test('a part of an image is a whole one', () => {
    expect(breakEven(prices, { hours: 1.01 })).toMatchObject({ value: { images: 96 } })
  })

  test('against a cheap offer one machine never pays', () => {
    const cheap = { ...prices, apiImageNano: nano('0.003') }
    expect(breakEven(cheap, { hours: 720, imagesPerHour: 600 })).toEqual({
      ok: true,
      value: { images: 912_000, capacity: 432_000, isReachable: false },
    })
  })

  test('idle hours count against the capacity', () => {
    const machine = { hours: 720, imagesPerHour: 600, utilisation: 0.1 }
    expect(breakEven(prices, machine)).toMatchObject({
      value: { capacity: 43_200, isReachable: false },
    })
  })
})

describe('what comes on top', () => {
  test.each<[string, Result<Nano, UnpriceableReason>, string]>([
    [
      'moderation looks at refused pictures too',
      moderationCall(
        { imageNano: nano('0.065'), moderationNano: nano('0.001') },
        { images: 1, calls: 3 },
      ),
      '0.068',
    ],
    [
      'one prompt for four images',
      chainedText({ imageNano: nano('0.012'), textNano: nano('0.003') }, { images: 4, texts: 1 }),
      '0.051',
    ],
    [
      'a function that waits, by memory',
      callerCompute({ usdPerGigabyteSecond: '0.0000166667', gigabytes: 0.5 }, 12),
      '0.0001',
    ],
    ['a server that waits', callerCompute({ usdPerMinute: '0.0001' }, 45), '0.000075'],
    ['a webhook', callerCompute({ usdPerMinute: '0.0001' }, 0), '0'],
  ])('%s', (_, result, usd) => {
    expect(dollars(result)).toBe(usd)
  })
})

describe('no cost', () => {
  const attempt = { attemptNano: 1n }
  const share = { acceptance: 0.5, upscaleShare: 0, editShare: 0 }
  const machine = { gpuHourNano: 1n, apiImageNano: 1n }

  test.each<[string, Result<unknown, UnpriceableReason>, string]>([
    ['where nothing is accepted', perAccepted(attempt, 0), 'acceptance'],
    ['at an acceptance above all', perAccepted(attempt, 1.1), 'acceptance'],
    ['at no acceptance known', perAccepted(attempt, Number.NaN), 'acceptance'],
    ['without an attempt', perAcceptedCapped(attempt, 0.5, 0), 'maxAttempts'],
    ['of half an attempt', perAcceptedCapped(attempt, 0.5, 1.5), 'maxAttempts'],
    ['of endless attempts', perAcceptedCapped(attempt, 0.5, 101), 'maxAttempts'],
    ['of a cascade without a step', cascadeOnePass([]), 'steps'],
    ['of a step with no share', cascadeOnePass([{ ...attempt, acceptance: -1 }]), 'acceptance'],
    [
      'of usable images where none is',
      usableImageTotal({ imageNano: 1n }, { ...share, acceptance: 0 }),
      'acceptance',
    ],
    [
      'of negative edits',
      usableImageTotal({ imageNano: 1n }, { ...share, editShare: -1 }),
      'editShare',
    ],
    ['of fewer drafts than none', draftRefine({ draftNano: 1n, finalNano: 1n }, -1), 'drafts'],
    ['of fewer images than none', mix([{ images: -1, imageNano: 1n }]), 'images'],
    [
      'of more hits than requests',
      cache({ imageNano: 1n }, { requests: 1, hitRate: 2 }),
      'hitRate',
    ],
    [
      'of endless requests',
      cache({ imageNano: 1n }, { requests: Number.POSITIVE_INFINITY, hitRate: 0 }),
      'requests',
    ],
    ['of endless hours', breakEven(machine, { hours: Number.POSITIVE_INFINITY }), 'hours'],
    [
      'of a machine that works too much',
      breakEven(machine, { hours: 1, utilisation: 2 }),
      'utilisation',
    ],
    [
      'against a free offer',
      breakEven({ ...machine, apiImageNano: 0n }, { hours: 1 }),
      'apiImageNano',
    ],
    [
      'of calls nobody counted',
      moderationCall({ imageNano: 1n, moderationNano: 1n }, { images: 1, calls: Number.NaN }),
      'calls',
    ],
    [
      'of fewer texts than none',
      chainedText({ imageNano: 1n, textNano: 1n }, { images: 1, texts: -1 }),
      'texts',
    ],
    ['of time that runs back', callerCompute({ usdPerMinute: '1' }, -1), 'waitSeconds'],
  ])('%s', (_, result, subject) => {
    expect(result).toMatchObject({ ok: false, refusal: { subject } })
  })
})
