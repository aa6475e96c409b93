/** What the guest's commands have to answer, computed on the host. */
import { createHash } from 'node:crypto';

/** The lines of `seq first last`. */
export function sequence(first: number, last: number): string {
  return Array.from({ length: last - first + 1 }, (_, index) => `${first + index}\n`).join('');
}

export function digest(algorithm: 'md5' | 'sha1' | 'sha256' | 'sha512', text: string | Uint8Array): string {
  return createHash(algorithm).update(text).digest('hex');
}

/** A linear congruential generator in doubles, as awk computes it: products are above 2^53 and get rounded. */
export function doubles(count: number): number[] {
  const values: number[] = [];
  for (let value = 1; values.length < count; ) {
    value = (value * 1103515245 + 12345) % 2147483648;
    values.push(value);
  }
  return values;
}

/** The program of {@link doubles} for awk. */
export const DOUBLES_PROGRAM = (count: number): string =>
  `BEGIN{v=1;for(i=0;i<${count};i++){v=(v*1103515245+12345)%2147483648;printf "%d\\n",v}}`;

export function fibonacci(n: number): bigint {
  let [a, b] = [0n, 1n];
  for (let i = 0; i < n; i++) [a, b] = [b, a + b];
  return a;
}

export const lines = (...all: readonly (string | number | bigint)[]): string =>
  all.map((line) => `${line}\n`).join('');
