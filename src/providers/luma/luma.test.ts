import { testProvider } from '../../testing/test-provider.ts'
import luma from './index.ts'
import emulator from './sandbox.ts'

testProvider(luma, emulator, { fixtures: new URL('./fixtures/', import.meta.url) })
