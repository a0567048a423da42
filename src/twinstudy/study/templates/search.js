"use strict";

// The same rule as `fold` in the library: small letters without accents, words with one space.
const fold = (text) =>
  text
    .toLowerCase()
    .replaceAll("đ", "d")
    .normalize("NFD")
    .replace(/[\u0300-\u036f]+/g, "")
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();

const input = document.getElementById("find");
const found = document.getElementById("found");
const rows = [...document.getElementById("places").rows].map((row) => {
  const names = row.dataset.names.split("|");
  return { row, names, joined: names.map((name) => name.replaceAll(" ", "")) };
});

const filter = () => {
  const asked = fold(input.value);
  const joined = asked.replaceAll(" ", "");
  let count = 0;
  for (const place of rows) {
    const fits =
      place.names.some((name) => ` ${name}`.includes(` ${asked}`)) ||
      place.joined.some((name) => name.startsWith(joined));
    place.row.hidden = !fits;
    count += fits;
  }
  found.textContent = asked ? `${count} of ${rows.length} places` : `${rows.length} places`;
};

input.value = new URLSearchParams(location.search).get("q") ?? "";
input.addEventListener("input", filter);
input.form.addEventListener("submit", (event) => event.preventDefault());
filter();
