import { z } from 'zod'
import { defineCheck } from '../check.ts'
import { colourDifference } from '../colour/ciede2000.ts'
import { labFromHex } from '../colour/lab.ts'
import { failed, passed } from '../verdict.ts'

/** Whether all colours of a brand are in a picture. */
export const palette = defineCheck({
  name: 'palette',
  needs: 'pixels',
  summary: "Every colour of the brand is one of the picture's main colours.",
  settings: {
    colours: z
      .array(z.string().regex(/^#[0-9a-f]{6}$/i, 'write a colour as "#0a84ff"'))
      .min(1)
      .max(12)
      .describe('Colours that must be in the picture'),
    tolerance: z
      .number()
      .positive()
      .max(50)
      .default(5)
      .describe('Largest colour difference (CIEDE2000) that counts as the same colour'),
    min_share: z
      .number()
      .positive()
      .max(1)
      .default(0.03)
      .describe('Share of the picture that each colour must have'),
  },
  run: ({ colours: found }, _expectation, { colours, tolerance, min_share: minShare }) => {
    const large = found.filter(({ share }) => share >= minShare)
    const missing = colours.filter((hex) => {
      const wanted = labFromHex(hex)
      return (
        wanted === undefined || !large.some(({ lab }) => colourDifference(lab, wanted) <= tolerance)
      )
    })
    const score = 1 - missing.length / colours.length
    if (missing.length === 0) return passed(score, 'all colours are there')
    return failed(score, `colours are missing: ${missing.join(', ')}`, { missing })
  },
})
