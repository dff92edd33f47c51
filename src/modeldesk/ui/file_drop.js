/* Sends the chosen or dropped file to the API as it is, and shows how much has arrived. */
(() => {
  const TYPES = {
    csv: "text/csv",
    parquet: "application/vnd.apache.parquet",
    arrows: "application/vnd.apache.arrow.stream",
    ndjson: "application/x-ndjson",
    jsonl: "application/x-ndjson",
  };
  const ARROW_FILE = "application/vnd.apache.arrow.file";
  const part = (zone, name) => zone.querySelector(`.md-drop-${name}`);
  const tell = (zone, title, note, state) => {
    zone.dataset.state = state;
    part(zone, "title").textContent = title;
    part(zone, "note").textContent = note;
  };
  const kind = async (file) => {
    const suffix = file.name.split(".").pop().toLowerCase();
    if (!["arrow", "arrows", "feather"].includes(suffix)) return TYPES[suffix];
    const first = await file.slice(0, 6).text();
    return first === "ARROW1" ? ARROW_FILE : TYPES.arrows;
  };
  const size = (bytes) =>
    bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;

  const send = async (zone, file) => {
    if (zone.dataset.state === "busy") return;
    zone.dataset.words ||= part(zone, "note").textContent;
    const type = await kind(file);
    if (!type) {
      tell(zone, `${file.name} is no table that is known here.`, zone.dataset.words, "refused");
      return;
    }
    const request = new XMLHttpRequest();
    const bar = part(zone, "bar");
    const refused = (words, hint) => {
      bar.style.width = "0";
      tell(zone, words, hint || zone.dataset.words, "refused");
    };
    request.open("POST", `${zone.dataset.url}?file=${encodeURIComponent(file.name.slice(0, 200))}`);
    request.setRequestHeader("Content-Type", type);
    request.upload.onprogress = (event) => {
      bar.style.width = `${(100 * event.loaded) / Math.max(event.total, 1)}%`;
      part(zone, "note").textContent = `${size(event.loaded)} of ${size(event.total)}`;
    };
    request.onerror = () => refused("The file did not reach the server.", "Try it again.");
    request.onload = () => {
      if (request.status === 202) {
        bar.style.width = "0";
        tell(zone, "Drop a file here, or choose one", zone.dataset.words, "");
        emitEvent("md_file_sent");
        return;
      }
      let error = {};
      try {
        error = JSON.parse(request.responseText).error || {};
      } catch {
        /* an answer of something between here and the server */
      }
      refused(error.message || `The server answered ${request.status}.`, error.hint);
    };
    tell(zone, `Sending ${file.name}`, size(file.size), "busy");
    request.send(file);
  };

  const zoneOf = (event) => event.target.closest && event.target.closest(".md-drop");
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
