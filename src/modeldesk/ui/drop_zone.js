/* Where a file is dropped or chosen: what every such place does, whatever it does with the file. */
window.mdDrop = (() => {
  const TYPES = {
    csv: "text/csv",
    parquet: "application/vnd.apache.parquet",
    arrow: "application/vnd.apache.arrow.stream",
    arrows: "application/vnd.apache.arrow.stream",
    feather: "application/vnd.apache.arrow.stream",
    json: "application/json",
    ndjson: "application/x-ndjson",
    jsonl: "application/x-ndjson",
  };
  const ARROW_FILE = "application/vnd.apache.arrow.file";
  const takers = {};

  const part = (zone, name) => zone.querySelector(`.md-drop-${name}`);
  const tell = (zone, state, title, note) => {
    zone.dataset.state = state;
    part(zone, "title").textContent = title;
    if (note !== undefined) part(zone, "note").textContent = note;
  };
  const rest = (zone) => tell(zone, "", zone.dataset.title, zone.dataset.note);

  const kind = async (file, suffix) => {
    const isArrow = TYPES[suffix] === TYPES.arrow;
    return isArrow && (await file.slice(0, 6).text()) === "ARROW1" ? ARROW_FILE : TYPES[suffix];
  };
  const take = async (zone, file) => {
    if (zone.dataset.state === "busy") return;
    zone.dataset.title ??= part(zone, "title").textContent;
    zone.dataset.note ??= part(zone, "note").textContent;
    const suffix = file.name.split(".").pop().toLowerCase();
    if (!part(zone, "input").accept.split(",").includes(`.${suffix}`)) {
      tell(zone, "refused", `${file.name} is no table that is known here.`, zone.dataset.note);
      return;
    }
    tell(zone, "busy", `Reading ${file.name}`);
    takers[zone.dataset.taker](zone, file, await kind(file, suffix));
  };
  /* Sends the file as it is; resolves to the status and what the answer holds, 0 and {} if none. */
  const send = async (url, file, type) => {
    const told = { file: file.name.slice(0, 200), status: 0, answer: {} };
    try {
      const answer = await fetch(url, {
        method: "POST", headers: { "Content-Type": type }, body: file,
      });
      told.status = answer.status;
      told.answer = await answer.json();
    } catch {
      /* the server is gone, or something between here and it answered */
    }
    return told;
  };

  const zoneOf = (event) => event.target.closest && event.target.closest(".md-drop");
  document.addEventListener("change", (event) => {
    const zone = zoneOf(event);
    if (!zone || !event.target.files || !event.target.files.length) return;
    take(zone, event.target.files[0]);
    event.target.value = "";
  });
  for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
    document.addEventListener(name, (event) => {
      const zone = zoneOf(event);
      if (!zone) return;
      event.preventDefault();
      zone.classList.toggle("md-drop--over", name === "dragenter" || name === "dragover");
      if (name === "drop" && event.dataTransfer.files.length) {
        take(zone, event.dataTransfer.files[0]);
      }
    });
  }
  return { takers, part, tell, rest, send };
})();
