import { defineCheck } from '../check.ts'
import { failed, passed } from '../verdict.ts'

const words = {
  not_an_image: 'it is no PNG, JPEG or WebP',
  truncated: 'it ends before its end',
  malformed: 'its structure is broken',
  animated: 'it has more than one frame',
}

/** Whether a file is one whole picture, up to its trailer. */
export const complete = defineCheck({
  name: 'complete',
  needs: 'header',
  summary: 'One whole PNG, JPEG or WebP, from its signature to its trailer.',
  settings: {},
  run: (report) =>
    report.ok
      ? passed(1, 'a complete picture', { format: report.header.format })
      : failed(0, words[report.reason], { fault: report.reason }),
})
