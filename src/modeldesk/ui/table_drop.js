/* Sends a chosen or dropped table to the API to be looked at, and passes the answer to the page. */
(() => {
  const TYPES = {
    csv: "text/csv",
    parquet: "application/vnd.apache.parquet",
    arrows: "application/vnd.apache.arrow.stream",
    json: "application/json",
    ndjson: "application/x-ndjson",
    jsonl: "application/x-ndjson",
  };
  const words = (zone, title, state) => {
    zone.dataset.state = state;
    zone.querySelector(".md-drop-title").textContent = title;
  };
  const kind = async (file) => {
    const suffix = file.name.split(".").pop().toLowerCase();
    if (!["arrow", "arrows", "feather"].includes(suffix)) return TYPES[suffix];
    const first = await file.slice(0, 6).text();
    return first === "ARROW1" ? "application/vnd.apache.arrow.file" : TYPES.arrows;
  };
  const send = async (zone, file) => {
    if (zone.dataset.state === "busy") return;
    const type = await kind(file);
    if (!type) {
      words(zone, `${file.name} is no table that is known here.`, "refused");
      return;
    }
    words(zone, `Reading ${file.name}`, "busy");
    const told = { status: 0, answer: {} };
    try {
      const name = encodeURIComponent(file.name.slice(0, 200));
      const answer = await fetch(`${zone.dataset.url}?file=${name}`, {
        method: "POST", headers: { "Content-Type": type }, body: file,
      });
      told.status = answer.status;
      told.answer = await answer.json();
    } catch {
      /* the server is gone, or something between here and it answered */
    }
    const error = told.answer.error || {};
    if (told.status === 201) words(zone, "Drop a table here, or choose one", "");
    else words(zone, error.message || "The file did not reach the server.", "refused");
    emitEvent("md_table_held", told);
  };
  const zoneOf = (event) => event.target.closest && event.target.closest(".md-drop--table");
  document.addEventListener("change", (event) => {
    const zone = zoneOf(event);
    if (!zone || !event.target.files || !event.target.files.length) return;
    send(zone, event.target.files[0]);
    event.target.value = "";
  });
  for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
    document.addEventListener(name, (event) => {
      const zone = zoneOf(event);
      if (!zone) return;
      event.preventDefault();
      zone.classList.toggle("md-drop--over", name === "dragenter" || name === "dragover");
      if (name === "drop" && event.dataTransfer.files.length) {
        send(zone, event.dataTransfer.files[0]);
      }
    });
  }
})();
