// Signs one PDF many times with @signpdf and prints the processor's seconds of each, as JSON.
const fs = require("fs");
const { plainAddPlaceholder } = require("@signpdf/placeholder-plain");
const { P12Signer } = require("@signpdf/signer-p12");
const { SignPdf } = require("@signpdf/signpdf");

const [, , pdfPath, p12Path, outPath, rounds] = process.argv;

async function main() {
  const pdf = fs.readFileSync(pdfPath);
  const p12 = fs.readFileSync(p12Path);
  const spent = [];
  for (let n = 0; n <= Number(rounds); n++) {
    const begun = process.cpuUsage();
    const open = plainAddPlaceholder({ pdfBuffer: pdf, reason: "bench", contactInfo: "", name: "bench", location: "" });
    const signed = await new SignPdf().sign(open, new P12Signer(p12, { passphrase: "bench" }));
    const used = process.cpuUsage(begun);
    if (n > 0) spent.push((used.user + used.system) / 1e6); // the first one warms up
    fs.writeFileSync(outPath, signed);
  }
  process.stdout.write(JSON.stringify(spent));
}

main();
