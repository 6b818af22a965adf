#include "energy/cpu_table.h"

#include <algorithm>
#include <cctype>
#include <string>

namespace fedwatt::energy {
namespace {

// TDP: codecarbon's cpu_power.csv (MIT licence), as of 2025, in which every row is. carbontracker's
// list (MIT licence) gives eleven of these, ten of them for laptops, another power, at which a
// maker may let them be configured. bench/energy/check_cpu_table.py compares again. Threads: as the
// makers count them; of the models that a public list of Intel's and AMD's specifications holds,
// all were compared with it. About 45 were not, because it lacks them: models made for one cloud,
// and the generations since 2023.
// clang-format off
constexpr CpuModel kModels[] = {
    {"Intel Xeon E3-1240 v2", 69, 8}, {"Intel Xeon E5-2620 v2", 80, 12},
    {"Intel Xeon E5-2630 v2", 80, 12}, {"Intel Xeon E5-2640 v2", 95, 16},
    {"Intel Xeon E5-2650 v2", 95, 16}, {"Intel Xeon E5-2660 v2", 95, 20},
    {"Intel Xeon E5-2670 v2", 115, 20}, {"Intel Xeon E5-2680 v2", 115, 20},
    {"Intel Xeon E5-2690 v2", 130, 20}, {"Intel Xeon E5-2695 v2", 115, 24},
    {"Intel Xeon E5-2697 v2", 130, 24}, {"Intel Xeon E5-2620 v3", 85, 12},
    {"Intel Xeon E5-2630 v3", 85, 16}, {"Intel Xeon E5-2640 v3", 90, 16},
    {"Intel Xeon E5-2650 v3", 105, 20}, {"Intel Xeon E5-2660 v3", 105, 20},
    {"Intel Xeon E5-2667 v3", 135, 16}, {"Intel Xeon E5-2670 v3", 120, 24},
    {"Intel Xeon E5-2673 v3", 110, 24}, {"Intel Xeon E5-2680 v3", 120, 24},
    {"Intel Xeon E5-2690 v3", 135, 24}, {"Intel Xeon E5-2695 v3", 120, 28},
    {"Intel Xeon E5-2697 v3", 145, 28}, {"Intel Xeon E5-2698 v3", 135, 32},
    {"Intel Xeon E5-2699 v3", 145, 36}, {"Intel Xeon E5-2620 v4", 85, 16},
    {"Intel Xeon E5-2630 v4", 85, 20}, {"Intel Xeon E5-2640 v4", 90, 20},
    {"Intel Xeon E5-2650 v4", 105, 24}, {"Intel Xeon E5-2660 v4", 105, 28},
    {"Intel Xeon E5-2667 v4", 135, 16}, {"Intel Xeon E5-2673 v4", 135, 40},
    {"Intel Xeon E5-2680 v4", 120, 28}, {"Intel Xeon E5-2683 v4", 120, 32},
    {"Intel Xeon E5-2686 v4", 145, 36}, {"Intel Xeon E5-2687W v4", 160, 24},
    {"Intel Xeon E5-2690 v4", 135, 28}, {"Intel Xeon E5-2695 v4", 120, 36},
    {"Intel Xeon E5-2697 v4", 145, 36}, {"Intel Xeon E5-2698 v4", 135, 40},
    {"Intel Xeon E5-2699 v4", 145, 44}, {"Intel Xeon Silver 4108", 85, 16},
    {"Intel Xeon Silver 4110", 85, 16}, {"Intel Xeon Silver 4114", 85, 20},
    {"Intel Xeon Silver 4116", 85, 24}, {"Intel Xeon Gold 5115", 85, 20},
    {"Intel Xeon Gold 5118", 105, 24}, {"Intel Xeon Gold 5120", 105, 28},
    {"Intel Xeon Gold 6126", 125, 24}, {"Intel Xeon Gold 6130", 125, 32},
    {"Intel Xeon Gold 6132", 140, 28}, {"Intel Xeon Gold 6134", 130, 16},
    {"Intel Xeon Gold 6136", 150, 24}, {"Intel Xeon Gold 6138", 125, 40},
    {"Intel Xeon Gold 6140", 140, 36}, {"Intel Xeon Gold 6142", 150, 32},
    {"Intel Xeon Gold 6148", 150, 40}, {"Intel Xeon Gold 6150", 165, 36},
    {"Intel Xeon Gold 6152", 140, 44}, {"Intel Xeon Gold 6154", 200, 36},
    {"Intel Xeon Platinum 8160", 150, 48}, {"Intel Xeon Platinum 8164", 150, 52},
    {"Intel Xeon Platinum 8168", 205, 48}, {"Intel Xeon Platinum 8170", 165, 52},
    {"Intel Xeon Platinum 8176", 165, 56}, {"Intel Xeon Platinum 8180", 205, 56},
    {"Intel Xeon Platinum 8124M", 240, 36}, {"Intel Xeon Platinum 8175M", 240, 48},
    {"Intel Xeon Platinum 8171M", 165, 52}, {"Intel Xeon Silver 4208", 85, 16},
    {"Intel Xeon Silver 4210", 85, 20}, {"Intel Xeon Silver 4210R", 100, 20},
    {"Intel Xeon Silver 4214", 85, 24}, {"Intel Xeon Silver 4214R", 100, 24},
    {"Intel Xeon Silver 4215", 85, 16}, {"Intel Xeon Silver 4216", 100, 32},
    {"Intel Xeon Gold 5215", 85, 20}, {"Intel Xeon Gold 5217", 115, 16},
    {"Intel Xeon Gold 5218", 125, 32}, {"Intel Xeon Gold 5218R", 125, 40},
    {"Intel Xeon Gold 5220", 125, 36}, {"Intel Xeon Gold 5220R", 150, 48},
    {"Intel Xeon Gold 6226", 125, 24}, {"Intel Xeon Gold 6226R", 150, 32},
    {"Intel Xeon Gold 6230", 125, 40}, {"Intel Xeon Gold 6230R", 150, 52},
    {"Intel Xeon Gold 6238", 140, 44}, {"Intel Xeon Gold 6238R", 165, 56},
    {"Intel Xeon Gold 6240", 150, 36}, {"Intel Xeon Gold 6240R", 165, 48},
    {"Intel Xeon Gold 6242", 150, 32}, {"Intel Xeon Gold 6242R", 205, 40},
    {"Intel Xeon Gold 6244", 150, 16}, {"Intel Xeon Gold 6246R", 205, 32},
    {"Intel Xeon Gold 6248", 150, 40}, {"Intel Xeon Gold 6248R", 205, 48},
    {"Intel Xeon Gold 6252", 150, 48}, {"Intel Xeon Gold 6254", 200, 36},
    {"Intel Xeon Gold 6258R", 205, 56}, {"Intel Xeon Platinum 8259CL", 210, 48},
    {"Intel Xeon Platinum 8260", 165, 48}, {"Intel Xeon Platinum 8268", 205, 48},
    {"Intel Xeon Platinum 8270", 205, 52}, {"Intel Xeon Platinum 8272CL", 195, 52},
    {"Intel Xeon Platinum 8275CL", 240, 48}, {"Intel Xeon Platinum 8276", 165, 56},
    {"Intel Xeon Platinum 8280", 205, 56}, {"Intel Xeon Silver 4309Y", 105, 16},
    {"Intel Xeon Silver 4310", 120, 24}, {"Intel Xeon Silver 4314", 135, 32},
    {"Intel Xeon Silver 4316", 150, 40}, {"Intel Xeon Gold 5315Y", 140, 16},
    {"Intel Xeon Gold 5317", 150, 24}, {"Intel Xeon Gold 5318Y", 165, 48},
    {"Intel Xeon Gold 5320", 185, 52}, {"Intel Xeon Gold 6326", 185, 32},
    {"Intel Xeon Gold 6330", 205, 56}, {"Intel Xeon Gold 6334", 165, 16},
    {"Intel Xeon Gold 6336Y", 185, 48}, {"Intel Xeon Gold 6338", 205, 64},
    {"Intel Xeon Gold 6342", 230, 48}, {"Intel Xeon Gold 6346", 205, 32},
    {"Intel Xeon Gold 6348", 235, 56}, {"Intel Xeon Gold 6354", 205, 36},
    {"Intel Xeon Platinum 8352Y", 205, 64}, {"Intel Xeon Platinum 8358", 250, 64},
    {"Intel Xeon Platinum 8360Y", 250, 72}, {"Intel Xeon Platinum 8362", 265, 64},
    {"Intel Xeon Platinum 8368", 270, 76}, {"Intel Xeon Platinum 8370C", 205, 64},
    {"Intel Xeon Platinum 8375C", 300, 64}, {"Intel Xeon Platinum 8380", 270, 80},
    {"Intel Xeon Silver 4410Y", 150, 24}, {"Intel Xeon Silver 4416+", 165, 40},
    {"Intel Xeon Gold 5415+", 150, 16}, {"Intel Xeon Gold 5416S", 150, 32},
    {"Intel Xeon Gold 5418Y", 185, 48}, {"Intel Xeon Gold 5420+", 205, 56},
    {"Intel Xeon Gold 6426Y", 185, 32}, {"Intel Xeon Gold 6430", 270, 64},
    {"Intel Xeon Gold 6434", 195, 16}, {"Intel Xeon Gold 6438Y+", 205, 64},
    {"Intel Xeon Gold 6442Y", 225, 48}, {"Intel Xeon Gold 6448Y", 225, 64},
    {"Intel Xeon Platinum 8452Y", 300, 72}, {"Intel Xeon Platinum 8460Y+", 300, 80},
    {"Intel Xeon Platinum 8462Y+", 300, 64}, {"Intel Xeon Platinum 8468", 350, 96},
    {"Intel Xeon Platinum 8470", 350, 104}, {"Intel Xeon Platinum 8480+", 350, 112},
    {"Intel Xeon Platinum 8490H", 350, 120}, {"Intel Xeon Silver 4510", 150, 24},
    {"Intel Xeon Silver 4514Y", 150, 32}, {"Intel Xeon Gold 5515+", 165, 16},
    {"Intel Xeon Gold 6526Y", 195, 32}, {"Intel Xeon Gold 6530", 270, 64},
    {"Intel Xeon Gold 6542Y", 250, 48}, {"Intel Xeon Gold 6548Y+", 250, 64},
    {"Intel Xeon Platinum 8558", 330, 96}, {"Intel Xeon Platinum 8562Y+", 300, 64},
    {"Intel Xeon Platinum 8568Y+", 350, 96}, {"Intel Xeon Platinum 8580", 350, 120},
    {"Intel Xeon Platinum 8592+", 350, 128}, {"Intel Xeon E-2288G", 95, 16},
    {"Intel Xeon W-2145", 140, 16}, {"Intel Xeon W-2195", 140, 36},
    {"Intel Xeon W-2245", 155, 16}, {"Intel Xeon W-2295", 165, 36},
    {"Intel Core i5-2500K", 95, 4}, {"Intel Core i7-2600K", 95, 8}, {"Intel Core i7-3770", 77, 8},
    {"Intel Core i7-3770K", 77, 8}, {"Intel Core i5-4590", 84, 4}, {"Intel Core i7-4770", 84, 8},
    {"Intel Core i7-4790", 84, 8}, {"Intel Core i7-4790K", 88, 8},
    {"Intel Core i7-5820K", 140, 12}, {"Intel Core i7-5960X", 140, 16},
    {"Intel Core i5-6500", 65, 4}, {"Intel Core i7-6700", 65, 8}, {"Intel Core i7-6700K", 91, 8},
    {"Intel Core i7-6700HQ", 45, 8}, {"Intel Core i7-6850K", 140, 12},
    {"Intel Core i7-6900K", 140, 16}, {"Intel Core i5-7200U", 15, 4},
    {"Intel Core i7-7500U", 15, 4}, {"Intel Core i7-7700", 65, 8}, {"Intel Core i7-7700K", 91, 8},
    {"Intel Core i7-7700HQ", 45, 8}, {"Intel Core i7-7820X", 140, 16},
    {"Intel Core i9-7900X", 140, 20}, {"Intel Core i9-7920X", 140, 24},
    {"Intel Core i9-7940X", 165, 28}, {"Intel Core i9-7960X", 165, 32},
    {"Intel Core i9-7980XE", 165, 36}, {"Intel Core i5-8250U", 15, 8},
    {"Intel Core i5-8350U", 15, 8}, {"Intel Core i7-8550U", 15, 8},
    {"Intel Core i7-8565U", 15, 8}, {"Intel Core i7-8650U", 15, 8}, {"Intel Core i5-8400", 65, 6},
    {"Intel Core i7-8700", 65, 12}, {"Intel Core i7-8700K", 95, 12},
    {"Intel Core i7-8750H", 45, 12}, {"Intel Core i7-8850H", 45, 12},
    {"Intel Core i5-9400F", 65, 6}, {"Intel Core i5-9600K", 95, 6}, {"Intel Core i7-9700", 65, 8},
    {"Intel Core i7-9700K", 95, 8}, {"Intel Core i9-9900K", 95, 16},
    {"Intel Core i7-9750H", 45, 12}, {"Intel Core i9-9880H", 45, 16},
    {"Intel Core i9-9980HK", 45, 16}, {"Intel Core i9-9900X", 165, 20},
    {"Intel Core i9-9940X", 165, 28}, {"Intel Core i9-9980XE", 165, 36},
    {"Intel Core i5-10210U", 15, 8}, {"Intel Core i7-10510U", 15, 8},
    {"Intel Core i7-10710U", 15, 12}, {"Intel Core i7-1065G7", 15, 8},
    {"Intel Core i5-10400", 65, 12}, {"Intel Core i5-10600K", 125, 12},
    {"Intel Core i7-10700", 65, 16}, {"Intel Core i7-10700K", 125, 16},
    {"Intel Core i9-10900", 65, 20}, {"Intel Core i9-10900K", 125, 20},
    {"Intel Core i7-10750H", 45, 12}, {"Intel Core i7-10875H", 45, 16},
    {"Intel Core i9-10900X", 165, 20}, {"Intel Core i9-10920X", 165, 24},
    {"Intel Core i9-10940X", 165, 28}, {"Intel Core i9-10980XE", 165, 36},
    {"Intel Core i5-1135G7", 28, 8}, {"Intel Core i7-1165G7", 28, 8},
    {"Intel Core i7-1185G7", 28, 8}, {"Intel Core i5-11400", 65, 12},
    {"Intel Core i5-11600K", 125, 12}, {"Intel Core i7-11700", 65, 16},
    {"Intel Core i7-11700K", 125, 16}, {"Intel Core i9-11900K", 125, 16},
    {"Intel Core i7-11800H", 45, 16}, {"Intel Core i7-12700H", 45, 20},
    {"Intel Core i9-13900K", 125, 32}, {"Intel Core i7-1360P", 28, 16},
    {"AMD EPYC 7251", 120, 16}, {"AMD EPYC 7281", 170, 32}, {"AMD EPYC 7301", 170, 32},
    {"AMD EPYC 7351", 170, 32}, {"AMD EPYC 7401", 170, 48}, {"AMD EPYC 7451", 180, 48},
    {"AMD EPYC 7501", 170, 64}, {"AMD EPYC 7551", 180, 64}, {"AMD EPYC 7601", 180, 64},
    {"AMD EPYC 7252", 120, 16}, {"AMD EPYC 7262", 155, 16}, {"AMD EPYC 7272", 120, 24},
    {"AMD EPYC 7282", 120, 32}, {"AMD EPYC 7302", 155, 32}, {"AMD EPYC 7302P", 155, 32},
    {"AMD EPYC 7352", 155, 48}, {"AMD EPYC 7402", 180, 48}, {"AMD EPYC 7402P", 180, 48},
    {"AMD EPYC 7452", 155, 64}, {"AMD EPYC 7502", 180, 64}, {"AMD EPYC 7502P", 180, 64},
    {"AMD EPYC 7532", 200, 64}, {"AMD EPYC 7542", 225, 64}, {"AMD EPYC 7552", 200, 96},
    {"AMD EPYC 7642", 225, 96}, {"AMD EPYC 7662", 225, 128}, {"AMD EPYC 7702", 200, 128},
    {"AMD EPYC 7702P", 200, 128}, {"AMD EPYC 7742", 225, 128}, {"AMD EPYC 7F32", 180, 16},
    {"AMD EPYC 7F52", 240, 32}, {"AMD EPYC 7F72", 240, 48}, {"AMD EPYC 7H12", 280, 128},
    {"AMD EPYC 7313", 155, 32}, {"AMD EPYC 7313P", 155, 32}, {"AMD EPYC 7343", 190, 32},
    {"AMD EPYC 7413", 180, 48}, {"AMD EPYC 7443", 200, 48}, {"AMD EPYC 7443P", 200, 48},
    {"AMD EPYC 7453", 225, 56}, {"AMD EPYC 7513", 200, 64}, {"AMD EPYC 7543", 225, 64},
    {"AMD EPYC 7543P", 225, 64}, {"AMD EPYC 7643", 225, 96}, {"AMD EPYC 7663", 240, 112},
    {"AMD EPYC 7713", 225, 128}, {"AMD EPYC 7713P", 225, 128}, {"AMD EPYC 7763", 280, 128},
    {"AMD EPYC 73F3", 240, 32}, {"AMD EPYC 74F3", 240, 48}, {"AMD EPYC 75F3", 280, 64},
    {"AMD EPYC 7573X", 280, 64}, {"AMD EPYC 7773X", 280, 128}, {"AMD EPYC 7R13", 225, 96},
    {"AMD EPYC 9124", 200, 32}, {"AMD EPYC 9174F", 320, 32}, {"AMD EPYC 9224", 200, 48},
    {"AMD EPYC 9254", 200, 48}, {"AMD EPYC 9274F", 320, 48}, {"AMD EPYC 9334", 210, 64},
    {"AMD EPYC 9354", 280, 64}, {"AMD EPYC 9354P", 280, 64}, {"AMD EPYC 9374F", 320, 64},
    {"AMD EPYC 9454", 290, 96}, {"AMD EPYC 9454P", 290, 96}, {"AMD EPYC 9474F", 360, 96},
    {"AMD EPYC 9534", 280, 128}, {"AMD EPYC 9554", 360, 128}, {"AMD EPYC 9554P", 360, 128},
    {"AMD EPYC 9634", 290, 168}, {"AMD EPYC 9654", 360, 192}, {"AMD EPYC 9654P", 360, 192},
    {"AMD EPYC 9684X", 400, 192}, {"AMD EPYC 9734", 340, 224}, {"AMD EPYC 9754", 360, 256},
    {"AMD EPYC 9355", 280, 64}, {"AMD EPYC 9455", 300, 96}, {"AMD EPYC 9555", 360, 128},
    {"AMD EPYC 9575F", 400, 128}, {"AMD EPYC 9655", 400, 192}, {"AMD EPYC 9755", 500, 256},
    {"AMD EPYC 9965", 500, 384},
    {"AMD Ryzen 5 1600", 65, 12}, {"AMD Ryzen 7 1700", 65, 16}, {"AMD Ryzen 7 1700X", 95, 16},
    {"AMD Ryzen 7 1800X", 95, 16}, {"AMD Ryzen 5 2600", 65, 12}, {"AMD Ryzen 5 2600X", 95, 12},
    {"AMD Ryzen 7 2700", 65, 16}, {"AMD Ryzen 7 2700X", 105, 16}, {"AMD Ryzen 5 3600", 65, 12},
    {"AMD Ryzen 5 3600X", 95, 12}, {"AMD Ryzen 7 3700X", 65, 16}, {"AMD Ryzen 7 3800X", 105, 16},
    {"AMD Ryzen 9 3900X", 105, 24}, {"AMD Ryzen 9 3950X", 105, 32}, {"AMD Ryzen 5 5600X", 65, 12},
    {"AMD Ryzen 5 5600G", 65, 12}, {"AMD Ryzen 7 5700G", 65, 16}, {"AMD Ryzen 7 5700X", 65, 16},
    {"AMD Ryzen 7 5800X", 105, 16}, {"AMD Ryzen 7 5800X3D", 105, 16},
    {"AMD Ryzen 9 5900X", 105, 24}, {"AMD Ryzen 9 5950X", 105, 32}, {"AMD Ryzen 5 7600", 65, 12},
    {"AMD Ryzen 5 7600X", 105, 12}, {"AMD Ryzen 7 7700", 65, 16}, {"AMD Ryzen 7 7700X", 105, 16},
    {"AMD Ryzen 7 7800X3D", 120, 16}, {"AMD Ryzen 9 7900", 65, 24},
    {"AMD Ryzen 9 7900X", 170, 24}, {"AMD Ryzen 9 7950X", 170, 32},
    {"AMD Ryzen 9 7950X3D", 120, 32}, {"AMD Ryzen 5 9600X", 65, 12},
    {"AMD Ryzen 7 9700X", 65, 16}, {"AMD Ryzen 7 9800X3D", 120, 16},
    {"AMD Ryzen 9 9900X", 120, 24}, {"AMD Ryzen 9 9950X", 170, 32}, {"AMD Ryzen 5 4500U", 15, 6},
    {"AMD Ryzen 7 4700U", 15, 8}, {"AMD Ryzen 7 4800H", 45, 16}, {"AMD Ryzen 5 5500U", 15, 12},
    {"AMD Ryzen 7 5700U", 15, 16}, {"AMD Ryzen 7 5800H", 45, 16}, {"AMD Ryzen 9 5900HX", 45, 16},
    {"AMD Ryzen 7 5800U", 15, 16}, {"AMD Ryzen 7 6800H", 45, 16}, {"AMD Ryzen 7 7840U", 28, 16},
    {"AMD Ryzen 7 PRO 4750U", 15, 16}, {"AMD Ryzen 7 PRO 5850U", 15, 16},
    {"AMD Ryzen Threadripper 1900X", 180, 16}, {"AMD Ryzen Threadripper 1920X", 180, 24},
    {"AMD Ryzen Threadripper 1950X", 180, 32}, {"AMD Ryzen Threadripper 2920X", 180, 24},
    {"AMD Ryzen Threadripper 2950X", 180, 32}, {"AMD Ryzen Threadripper 2970WX", 250, 48},
    {"AMD Ryzen Threadripper 2990WX", 250, 64}, {"AMD Ryzen Threadripper 3960X", 280, 48},
    {"AMD Ryzen Threadripper 3970X", 280, 64}, {"AMD Ryzen Threadripper 3990X", 280, 128},
    {"AMD Ryzen Threadripper PRO 3975WX", 280, 64},
    {"AMD Ryzen Threadripper PRO 3995WX", 280, 128},
    {"AMD Ryzen Threadripper PRO 5955WX", 280, 32},
    {"AMD Ryzen Threadripper PRO 5965WX", 280, 48},
    {"AMD Ryzen Threadripper PRO 5975WX", 280, 64},
    {"AMD Ryzen Threadripper PRO 5995WX", 280, 128}, {"AMD Ryzen Threadripper 7960X", 350, 48},
    {"AMD Ryzen Threadripper 7970X", 350, 64}, {"AMD Ryzen Threadripper 7980X", 350, 128},
    {"AMD Ryzen Threadripper PRO 7975WX", 350, 64},
    {"AMD Ryzen Threadripper PRO 7985WX", 350, 128},
    {"AMD Ryzen Threadripper PRO 7995WX", 350, 192},
};
// clang-format on

std::string lower(std::string_view text) {
  std::string lowered(text);
  std::transform(lowered.begin(), lowered.end(), lowered.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return lowered;
}

bool is_decoration(std::string_view word) {
  const std::string_view core = "-core";
  return word == "cpu" || word == "processor" ||
         (word.size() > core.size() && word.substr(word.size() - core.size()) == core);
}

// "12th gen intel(r) core(tm) i7-12700 cpu @ 2.10ghz" → "intel core i7-12700"
std::string model_of(std::string_view cpuinfo_name) {
  std::string name = lower(cpuinfo_name);
  for (const std::string_view mark : {"(r)", "(tm)"}) {
    for (auto at = name.find(mark); at != std::string::npos; at = name.find(mark)) {
      name.replace(at, mark.size(), 1, ' ');
    }
  }
  for (const std::string_view tail : {" @ ", " with radeon", " w/ radeon"}) {
    name.resize(std::min(name.find(tail), name.size()));
  }
  if (const auto generation = name.find(" gen "); generation != std::string::npos) {
    name.erase(0, generation + 5);
  }
  std::string model;
  std::string_view rest = name;
  while (!rest.empty()) {
    const std::string_view word = rest.substr(0, rest.find(' '));
    rest.remove_prefix(std::min(word.size() + 1, rest.size()));
    if (word.empty() || is_decoration(word)) continue;
    if (!model.empty()) model += ' ';
    model += word;
  }
  return model;
}

}  // namespace

std::optional<CpuModel> find_cpu(std::string_view cpuinfo_name) {
  const std::string model = model_of(cpuinfo_name);
  for (const CpuModel& known : kModels) {
    if (lower(known.name) == model) return known;
  }
  return std::nullopt;
}

}  // namespace fedwatt::energy
