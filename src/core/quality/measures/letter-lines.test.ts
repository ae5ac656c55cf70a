import { expect, test } from 'vitest'
import { letterLines } from './letter-lines.ts'

const size = { width: 200, height: 100 }
type Box = readonly [left: number, top: number, width: number, height: number]

/** Boxes of ink on grey; @returns whether the middle of each is kept, by way of `kind`. */
function kept(boxes: readonly Box[], ink = 40, kind: 'dark' | 'light' = 'dark'): boolean[] {
  const values = new Uint8Array(size.width * size.height).fill(120)
  for (const [left, top, width, height] of boxes) {
    for (let y = top; y < top + height; y += 1) {
      values.fill(ink, y * size.width + left, y * size.width + left + width)
    }
  }
  const lines = letterLines({ ...size, values }, new Uint8Array(values.length).fill(120), kind)
  return boxes.map(([left, top, width, height]) => {
    const at = Math.floor(top + height / 2) * size.width + Math.floor(left + width / 2)
    return lines[at] === 0
  })
}

const pair: readonly Box[] = [
  [60, 40, 8, 16],
  [72, 40, 8, 16],
]

test.each<[string, readonly Box[], readonly boolean[]]>([
  ['two letters beside each other stay', pair, [true, true]],
  ['one that stands alone goes', [[60, 40, 8, 16]], [false]],
  ['one far behind a word goes', [...pair, [140, 40, 8, 16]], [true, true, false]],
  [
    'one much larger goes',
    [
      [60, 30, 8, 12],
      [72, 30, 14, 19],
      [30, 70, 8, 12],
    ],
    [true, true, false],
  ],
  [
    'dots and signs beside letters stay',
    [...pair, [62, 34, 3, 3], [84, 54, 3, 5]],
    [true, true, true, true],
  ],
  ['a bar below a word goes', [...pair, [40, 70, 120, 4]], [true, true, false]],
  [
    'what touches the border goes',
    [
      [0, 40, 8, 16],
      [12, 40, 8, 16],
    ],
    [false, false],
  ],
  [
    'specks go',
    [
      [60, 40, 3, 6],
      [66, 40, 3, 6],
    ],
    [false, false],
  ],
])('%s', (_, boxes, expected) => {
  expect(kept(boxes)).toEqual(expected)
})

test('letters are of one kind, and must stand out', () => {
  expect(kept(pair, 200, 'light')).toEqual([true, true])
  expect(kept(pair, 200, 'dark')).toEqual([false, false])
  expect(kept(pair, 105, 'dark')).toEqual([false, false])
})
