import { expect, test } from 'vitest'
import { markdownTable } from './markdown.ts'

test('no text of a cell can end it, begin another, or become HTML', () => {
  const table = markdownTable([['head'], ['a | b\nc <script>'], ['`<id> | x`']])
  expect(table.split('\n')).toEqual([
    '| head |',
    '| --- |',
    '| a \\| b c &lt;script> |',
    '| `<id> \\| x` |',
  ])
})
