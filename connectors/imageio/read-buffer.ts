/** Where files are read into. */
const HALF_A_PAGE = 2048;

/**
 * A buffer of this many bytes. glibc lays a large one 16 bytes behind the start of a page, and there, so close behind the
 * place in the page that it is copied from, the kernel takes three times as long for a read as anywhere else.
 */
export function readBuffer(bytes: number): Buffer {
  return Buffer.allocUnsafeSlow(HALF_A_PAGE + bytes).subarray(HALF_A_PAGE);
}
