// Numbers in words.
export const fixed = (value, decimals) => (value == null ? "-" : value.toFixed(decimals));

// Enough digits to tell values apart: 73.26, 0.00012, 12345.
export function short(value) {
  if (value == null) return "-";
  if (Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  return size >= 1000 ? value.toFixed(0) : size >= 0.01 ? String(Number(value.toPrecision(5))) : value.toExponential(2);
}

export const plural = (count, noun, nouns = `${noun}s`) => `${count} ${count === 1 ? noun : nouns}`;
